import { assert, describe, it } from "@effect/vitest"
import { Clock, DateTime, Duration, Effect, Fiber, Queue, Ref, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { DeadlockError, type Interleave } from "effect-futures/testing"
import { failureOf, outcomesOf, proofOf, reasonOf, unbounded } from "./support.ts"

const now = Clock.currentTimeMillis

/** The names in the order in which they woke. */
const sleepers = (durations: Readonly<Record<string, Duration.Input>>) =>
  Effect.suspend(() => {
    const woken: Array<string> = []
    const all = Object.entries(durations).map(([name, duration]) =>
      Effect.andThen(
        Effect.sleep(duration),
        Effect.sync(() => woken.push(name))
      )
    )
    return Effect.map(Effect.all(all, unbounded), () => woken.join(""))
  })

/** Of a program whose end does not depend on the schedule. */
const always = <A, E, R>(program: Effect.Effect<A, E, R>, expected: string, options?: Interleave.Options) =>
  Effect.gen(function* () {
    const { outcomes, report } = yield* outcomesOf(program, options)
    assert.deepStrictEqual(outcomes, [expected])
    assert.isTrue(report.complete)
  })

describe("sleeping", () => {
  it.effect("costs nothing, be it for a day", () =>
    Effect.gen(function* () {
      yield* always(Effect.andThen(Effect.sleep("1 day"), now), "86400000")
      yield* always(Effect.andThen(Effect.sleep("3650 days"), now), String(3650 * 86_400_000))
    })
  )

  it.effect("begins at the same time in each schedule", () =>
    always(
      Effect.gen(function* () {
        const before = yield* now
        yield* sleepers({ a: "1 second", b: "1 second" })
        return `${before} ${yield* now}`
      }),
      "0 1000"
    )
  )

  it.effect("that ends at the same instant ends in every order", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(sleepers({ a: "1 second", b: "1 second", c: "1 second" }))
      assert.deepStrictEqual(outcomes, ["abc", "acb", "bac", "bca", "cab", "cba"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("that ends at the same instant ends in every order, without a preemption", () =>
    Effect.gen(function* () {
      const { outcomes } = yield* outcomesOf(sleepers({ a: "1 second", b: "1 second", c: "1 second" }), {
        maxPreemptions: 0
      })
      assert.deepStrictEqual(outcomes, ["abc", "acb", "bac", "bca", "cab", "cba"])
    })
  )

  it.effect("that began at different times and ends at the same instant ends in every order", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const woken: Array<string> = []
        const say = (name: string) => Effect.sync(() => woken.push(name))
        yield* Effect.all(
          [
            Effect.sleep("3 seconds").pipe(Effect.andThen(say("a"))),
            Effect.sleep("1 second").pipe(Effect.andThen(Effect.sleep("2 seconds")), Effect.andThen(say("b")))
          ],
          unbounded
        )
        return woken.join("")
      })
      assert.deepStrictEqual((yield* outcomesOf(program, { maxPreemptions: 0 })).outcomes, ["ab", "ba"])
    })
  )

  it.effect("that ends earlier ends earlier in every schedule", () =>
    always(sleepers({ c: "3 seconds", a: "1 second", b: "2 seconds" }), "abc")
  )

  it.effect("passes no time while anybody can go on", () =>
    always(
      Effect.gen(function* () {
        const times: Array<number> = []
        const busy = Effect.gen(function* () {
          for (let i = 0; i < 3; i++) {
            yield* Effect.yieldNow
            times.push(yield* now)
          }
        })
        yield* Effect.all([busy, Effect.sleep("1 second")], unbounded)
        return times.join()
      }),
      "0,0,0"
    )
  )

  it.effect("for no time only gives way", () =>
    Effect.gen(function* () {
      for (const nothing of [0, "0 millis", Duration.zero, -5] as const) {
        yield* always(Effect.andThen(Effect.sleep(nothing), now), "0")
      }
      const { outcomes } = yield* outcomesOf(sleepers({ a: 0, b: 0 }))
      assert.deepStrictEqual(outcomes, ["ab", "ba"])
    })
  )

  it.effect("for less than a millisecond takes that", () =>
    always(
      Effect.gen(function* () {
        yield* Effect.sleep("500 micros")
        return yield* Clock.currentTimeNanos
      }),
      "500000"
    )
  )

  it.effect("for ever is a deadlock", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.sleep(Duration.infinity))
      assert.strictEqual(failure.kind, "deadlock")
      assert.instanceOf(reasonOf(failure), DeadlockError)
    })
  )

  it.effect("for ever does not keep others from going on", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.sleep(Duration.infinity))
        yield* Effect.sleep("1 hour")
        yield* Fiber.interrupt(fiber)
        return yield* now
      })
      yield* always(program, "3600000")
    })
  )

  it.effect("that is interrupted is over, and takes no time", () =>
    always(
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.sleep("1 hour"))
        yield* Effect.sleep("1 second")
        yield* Fiber.interrupt(fiber)
        return yield* now
      }),
      "1000"
    )
  )
})

describe("the program's time", () => {
  it.effect("is told by Clock, in every unit", () =>
    always(
      Effect.gen(function* () {
        yield* Effect.sleep("90 seconds")
        const date = yield* DateTime.now
        return [yield* now, yield* Clock.currentTimeNanos, DateTime.formatIso(date)].join()
      }),
      "90000,90000000000,1970-01-01T00:01:30.000Z"
    )
  )

  it.effect("is told by Effect.timed", () =>
    always(
      Effect.map(Effect.timed(Effect.sleep("2 minutes")), ([duration]) => Duration.toMillis(duration)),
      "120000"
    )
  )

  it.effect("is what Effect.timeout goes by", () =>
    Effect.gen(function* () {
      yield* always(Effect.timeoutOption(Effect.as(Effect.sleep("59 seconds"), "done"), "1 minute"), 'some("done")')
      yield* always(Effect.andThen(Effect.timeoutOption(Effect.sleep("61 seconds"), "1 minute"), now), "60000")
      const failure = yield* failureOf(Effect.timeout(Effect.never, "1 minute"))
      assert.include(failure.message, "TimeoutError")
    })
  )

  it.effect("decides nothing where a timeout comes at the same instant", () =>
    Effect.gen(function* () {
      const program = Effect.timeoutOption(Effect.as(Effect.sleep("1 minute"), "done"), "1 minute").pipe(
        Effect.map((option) => option._tag)
      )
      const { outcomes, report } = yield* outcomesOf(program)
      assert.deepStrictEqual(outcomes, ["None", "Some"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("is what Effect.delay goes by", () => always(Effect.delay(now, "1 hour"), "3600000"))

  it.effect("is what Effect.repeat and Schedule go by", () =>
    always(
      Effect.gen(function* () {
        const times: Array<number> = []
        const note = Effect.map(now, (time) => times.push(time))
        yield* Effect.repeat(note, { schedule: Schedule.spaced("1 minute"), times: 3 })
        return times.join()
      }),
      "0,60000,120000,180000"
    )
  )

  it.effect("is what Effect.retry and an exponential Schedule go by", () =>
    always(
      Effect.gen(function* () {
        const times: Array<number> = []
        const fail = Effect.flatMap(now, (time) => {
          times.push(time)
          return Effect.fail("no")
        })
        yield* Effect.exit(Effect.retry(fail, { schedule: Schedule.exponential("1 second"), times: 3 }))
        return times.join()
      }),
      "0,1000,3000,7000"
    )
  )

  it.effect("is what Schedule.fixed goes by, from when what is repeated was first done", () =>
    always(
      Effect.gen(function* () {
        const times: Array<number> = []
        const slow = Effect.andThen(
          Effect.map(now, (time) => times.push(time)),
          Effect.sleep("400 millis")
        )
        yield* Effect.repeat(slow, { schedule: Schedule.fixed("1 second"), times: 2 })
        return times.join()
      }),
      "0,1400,2400"
    )
  )

  it.effect("is what a Stream with a Schedule goes by", () =>
    always(
      Effect.gen(function* () {
        yield* Stream.make(1, 2, 3).pipe(Stream.schedule(Schedule.spaced("1 second")), Stream.runDrain)
        return (yield* now) >= 2000
      }),
      "true"
    )
  )

  it.effect("is another one than that of the caller", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const before = yield* now
      yield* always(Effect.andThen(Effect.sleep("1 day"), now), "86400000")
      assert.strictEqual(yield* now, before)
    })
  )
})

describe("TestClock in a program", () => {
  it.effect("moves the time by what it is told", () =>
    always(
      Effect.gen(function* () {
        yield* TestClock.adjust("1 hour")
        const one = yield* now
        yield* TestClock.adjust("1 second")
        return `${one} ${yield* now}`
      }),
      "3600000 3601000"
    )
  )

  it.effect("wakes those that sleep until then, and those only", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const woken = yield* Ref.make<ReadonlyArray<string>>([])
        const sleeper = (name: string, duration: Duration.Input) =>
          Effect.andThen(
            Effect.sleep(duration),
            Ref.update(woken, (names) => [...names, name])
          )
        const fibers = yield* Effect.forEach(
          [sleeper("a", "1 second"), sleeper("b", "2 seconds"), sleeper("c", "1 minute")],
          (effect) => Effect.forkChild(effect, { startImmediately: true })
        )
        yield* TestClock.adjust("30 seconds")
        const early = yield* Ref.get(woken)
        const time = yield* now
        yield* Fiber.interruptAll(fibers)
        return `${early.join()} ${time}`
      })
      yield* always(program, "a,b 30000")
    })
  )

  it.effect("wakes those that are due at just that time before it goes on", () =>
    always(
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.as(Effect.sleep("1 minute"), "woken"))
        yield* TestClock.adjust("1 minute")
        return fiber.pollUnsafe() === undefined ? "asleep" : yield* Fiber.join(fiber)
      }),
      "woken"
    )
  )

  it.effect("lets timers in a row be due in one move", () =>
    always(
      Effect.gen(function* () {
        const ticks = yield* Queue.unbounded<number>()
        const fiber = yield* Effect.forkChild(
          Effect.forever(
            Effect.andThen(
              Effect.sleep("1 second"),
              Effect.flatMap(now, (time) => Queue.offer(ticks, time))
            )
          )
        )
        yield* TestClock.adjust("3 seconds")
        yield* Fiber.interrupt(fiber)
        return (yield* Queue.takeAll(ticks)).join()
      }),
      "1000,2000,3000",
      { maxPreemptions: 1 }
    )
  )

  it.effect("sets the time", () =>
    always(
      Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.andThen(Effect.sleep("1 minute"), now))
        yield* TestClock.setTime(1_000_000)
        return `${yield* Fiber.join(fiber)} ${yield* now}`
      }),
      "60000 1000000"
    )
  )

  it.effect("moves by nothing", () => always(Effect.andThen(TestClock.adjust(0), now), "0"))

  it.effect("gives the caller's clock where that is asked for", () =>
    Effect.gen(function* () {
      yield* TestClock.adjust("1 hour")
      const program = Effect.gen(function* () {
        yield* Effect.sleep("1 second")
        return `${yield* TestClock.withLive(now)} ${yield* now}`
      })
      yield* always(program, "3600000 1000")
    })
  )

  it.effect("is not needed for the time to go on", () => proofOf(Effect.sleep("1 day")))
})

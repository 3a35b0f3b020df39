import { assert, describe, expectTypeOf, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import * as Latch from "effect/Latch"
import * as Logger from "effect/Logger"
import * as Metric from "effect/Metric"
import * as Scheduler from "effect/Scheduler"
import * as Scope from "effect/Scope"
import { TestClock } from "effect/testing"
import { type AlreadyRunningError, InvalidOptionsError, type NotRunningError } from "../src/Errors.ts"
import * as KitchenTimer from "../src/KitchenTimer.ts"
import { defectOf } from "./support/defectOf.ts"
import { areKeys, keyOf, readsOf } from "./support/keys.ts"
import { letOthersRun } from "./support/letOthersRun.ts"

class Bell extends Context.Service<Bell, { readonly ring: Effect.Effect<void> }>()("test/Bell") {}

/** Counts the calls of a `whenTimeUp`. */
const makeBell = () => {
  const bell = { rings: 0, ring: Effect.sync(() => void bell.rings++) }
  return bell
}

/** A clock that stands still; what sleeps on it wakes when `due` opens. */
class HandClock implements Clock.Clock {
  nanos = 0n
  sleepers = 0
  readonly due = Latch.makeUnsafe()
  readonly currentTimeMillis = Effect.sync(() => this.currentTimeMillisUnsafe())
  readonly currentTimeNanos = Effect.sync(() => this.nanos)
  readonly monotonicTimeNanos = Effect.sync(() => this.nanos)

  currentTimeMillisUnsafe(): number {
    return Number(this.nanos / 1_000_000n)
  }

  currentTimeNanosUnsafe(): bigint {
    return this.nanos
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.nanos
  }

  sleep(): Effect.Effect<void> {
    return Effect.acquireUseRelease(
      Effect.sync(() => this.sleepers++),
      () => this.due.await,
      () => Effect.sync(() => this.sleepers--)
    )
  }
}

/** A clock whose sleeps take no time. */
class HastyClock extends HandClock {
  override sleep(): Effect.Effect<void> {
    return Effect.void
  }
}

const captureLogs = () => {
  const logs: Array<{ readonly level: string; readonly message: unknown; readonly cause: Cause.Cause<unknown> }> = []
  const logger = Logger.make<unknown, void>(({ cause, logLevel, message }) => {
    logs.push({ level: logLevel, message, cause })
  })
  return { logs, layer: Logger.layer([logger]) }
}

/** Counts the fibers that an effect starts, and what they start, and that have not ended. */
const countFibers = () => {
  const fibers = { alive: 0 }
  return {
    fibers,
    track: Effect.provideService(Metric.FiberRuntimeMetrics, {
      recordFiberStart: () => void fibers.alive++,
      recordFiberEnd: () => void fibers.alive--
    })
  }
}

/** Gives way after every step, and goes on with whichever fiber the seed says. */
const shuffledScheduler = (seed: number): Scheduler.Scheduler => {
  const ready: Array<() => void> = []
  let random = seed
  const next = () => {
    random = (random * 1103515245 + 12345) % 2147483648
    const [task] = ready.splice(Math.floor((random / 2147483648) * ready.length), 1)
    task?.()
  }
  const dispatcher = {
    scheduleTask: (task: () => void) => {
      ready.push(task)
      setImmediate(next)
    },
    flush: () => {
      while (ready.length > 0) next()
    }
  }
  return {
    executionMode: "async",
    // Going on after a yield takes two steps of its own.
    shouldYield: (fiber) => fiber.currentOpCount >= 3,
    makeDispatcher: () => dispatcher
  }
}

const giveWayOften = Effect.provideService(Scheduler.MaxOpsBeforeYield, 3)

describe("KitchenTimer", () => {
  describe("make", () => {
    it.effect("makes a timer that is stopped", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 0)
      })
    )

    it.effect("makes a new timer each time", () =>
      Effect.gen(function* () {
        const one = yield* KitchenTimer.make()
        const other = yield* KitchenTimer.make()
        yield* KitchenTimer.start(one, "1 second")
        assert.strictEqual(yield* KitchenTimer.state(other), "stopped")
      })
    )

    it.effect("shows its state and the time remaining when inspected", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "90 seconds")
        assert.strictEqual(String(timer), "KitchenTimer(running)")
        assert.deepStrictEqual(timer.toJSON(), { _id: "KitchenTimer", state: "running", timeRemaining: 90 })
      })
    )
  })

  describe("scope", () => {
    it.effect("stops the countdown when it closes, and whenTimeUp does not run", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 0)
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(bell.rings, 0)
      })
    )

    it.effect("leaves no fiber when it closes", () =>
      Effect.gen(function* () {
        const { fibers, track } = countFibers()
        const clock = new HandClock()
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        yield* KitchenTimer.start(timer, "1 second").pipe(track, Effect.provideService(Clock.Clock, clock))
        assert.strictEqual(fibers.alive, 1)
        assert.strictEqual(clock.sleepers, 1)
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual(fibers.alive, 0)
        assert.strictEqual(clock.sleepers, 0)
      })
    )

    it.effect("interrupts a whenTimeUp that is running, and waits for its finalizers", () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Effect.never.pipe(
            Effect.onInterrupt(() =>
              Effect.delay(
                Effect.sync(() => events.push("cleaned up")),
                "1 second"
              )
            )
          )
        )
        yield* TestClock.adjust("1 second")
        const closing = yield* Effect.forkChild(
          Scope.close(scope, Exit.void).pipe(Effect.andThen(Effect.sync(() => events.push("closed"))))
        )
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(closing)
        assert.deepStrictEqual(events, ["cleaned up", "closed"])
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("can be closed by whenTimeUp itself", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        const closed = yield* Deferred.make<void>()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Scope.close(scope, Exit.void).pipe(Effect.andThen(Deferred.succeed(closed, undefined)))
        )
        yield* TestClock.adjust("1 second")
        yield* Deferred.await(closed)
      })
    )

    it.effect("is as it was before when a countdown has ended", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        yield* KitchenTimer.start(timer, "1 second")
        assert.strictEqual(scope.state._tag, "Open")
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(scope.state._tag, "Empty")
        yield* KitchenTimer.start(timer, "1 second")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(scope.state._tag, "Empty")
      })
    )

    it.effect("once closed, starting interrupts the caller and leaves the timer stopped", () =>
      Effect.gen(function* () {
        const timer = yield* Effect.scoped(KitchenTimer.make())
        assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(KitchenTimer.start(timer, "1 second"))))
        assert.isTrue(Exit.hasInterrupts(yield* Effect.exit(KitchenTimer.startIfStopped(timer, "1 second"))))
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
        assert.isFalse(yield* KitchenTimer.stopIfRunning(timer))
      })
    )
  })

  describe("start", () => {
    it.effect("starts a timer that is stopped", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "5 seconds")
        assert.strictEqual(yield* KitchenTimer.state(timer), "running")
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 5)
      })
    )

    it.effect("starts a timer that was stopped before", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "5 seconds", bell.ring)
        yield* TestClock.adjust("2 seconds")
        yield* KitchenTimer.stop(timer)
        yield* KitchenTimer.start(timer, "5 seconds", bell.ring)
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 2)
        yield* TestClock.adjust("2 seconds")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("starts a timer whose time is up", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        assert.strictEqual(yield* KitchenTimer.state(timer), "running")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 2)
      })
    )

    it.effect("runs whenTimeUp at the right time, once", () =>
      Effect.gen(function* () {
        const times: Array<number> = []
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1500 millis",
          Effect.map(Clock.currentTimeMillis, (now) => times.push(now))
        )
        yield* TestClock.adjust("1499 millis")
        assert.deepStrictEqual(times, [])
        yield* TestClock.adjust("1 milli")
        assert.deepStrictEqual(times, [1500])
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(times, [1500])
      })
    )

    it.effect("goes to timeUp without a whenTimeUp", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("is timeUp by the time whenTimeUp begins", () =>
      Effect.gen(function* () {
        const states: Array<KitchenTimer.State> = []
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Effect.map(KitchenTimer.state(timer), (state) => states.push(state))
        )
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(states, ["timeUp"])
      })
    )

    it.effect("takes a function for whenTimeUp", () =>
      Effect.gen(function* () {
        let rings = 0
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", () => rings++)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(rings, 1)
      })
    )

    it.effect("runs the effect that a function gives back", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", () => bell.ring)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("runs whenTimeUp with the services of its starter", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Effect.flatMap(Bell, (_) => _.ring)
        ).pipe(Effect.provideService(Bell, bell))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("outlives the fiber that started the timer", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* Fiber.join(yield* Effect.forkChild(KitchenTimer.start(timer, "1 second", bell.ring)))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("can be interrupted although it was started in an uninterruptible region", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* Effect.uninterruptible(KitchenTimer.start(timer, "1 second", Effect.void))
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("fails with AlreadyRunningError while the timer runs, and tells the time remaining", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "5 seconds")
        yield* TestClock.adjust("1230 millis")
        const error = yield* Effect.flip(KitchenTimer.start(timer, "1 second"))
        assert.strictEqual(error._tag, "AlreadyRunningError")
        assert.deepInclude(error, { timeRemaining: 3.8 })
      })
    )

    it.effect("that fails leaves the countdown as it was", () =>
      Effect.gen(function* () {
        const first = makeBell()
        const second = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "5 seconds", first.ring)
        yield* Effect.flip(KitchenTimer.start(timer, "1 second", second.ring))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 4)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual([first.rings, second.rings], [1, 0])
      })
    )

    it.effect("works within whenTimeUp", () =>
      Effect.gen(function* () {
        const times: Array<number> = []
        const timer = yield* KitchenTimer.make()
        const again: Effect.Effect<void> = Effect.gen(function* () {
          times.push(yield* Clock.currentTimeMillis)
          if (times.length < 3) yield* KitchenTimer.start(timer, "10 seconds", again)
        }).pipe(Effect.orDie)
        yield* KitchenTimer.start(timer, "1 second", again)
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(times, [1_000, 11_000, 21_000])
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("works while an earlier whenTimeUp still runs, which then changes nothing", () =>
      Effect.gen(function* () {
        const finish = yield* Deferred.make<void>()
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", Deferred.await(finish))
        yield* TestClock.adjust("1 second")
        yield* KitchenTimer.start(timer, "5 seconds", bell.ring)
        yield* Deferred.succeed(finish, undefined)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* KitchenTimer.state(timer), "running")
        yield* TestClock.adjust("4 seconds")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("is over at once on a clock whose sleeps take no time", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const clock = new HastyClock()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", bell.ring).pipe(Effect.provideService(Clock.Clock, clock))
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.live("runs on the real clock", () =>
      Effect.gen(function* () {
        const rang = yield* Deferred.make<void>()
        const timer = yield* KitchenTimer.make()
        const [elapsed] = yield* Effect.timed(
          Effect.gen(function* () {
            yield* KitchenTimer.start(timer, "30 millis", Deferred.succeed(rang, undefined))
            assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 0.1)
            yield* Deferred.await(rang)
          })
        )
        assert.isAtLeast(Duration.toMillis(elapsed), 28)
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )
  })

  describe("start with a bad duration", () => {
    const bad: ReadonlyArray<readonly [string, unknown]> = [
      ["zero", 0],
      ["zero seconds", "0 seconds"],
      ["a negative number", -1],
      ["a negative string", "-5 seconds"],
      ["a negative bigint", -1n],
      ["a negative Duration", Duration.seconds(-1)],
      ["NaN", NaN],
      ["NaN in a tuple", [NaN, 5]],
      ["NaN among the fields of an object", { seconds: NaN, minutes: 5 }],
      ["Infinity", Infinity],
      ["an infinite Duration", Duration.infinity],
      ["an infinite string", "Infinity"],
      ["a bigint beyond any number", 10n ** 400n],
      ["a string that is no duration", "soon"],
      ["a string without a unit", "5"],
      ["an empty object", {}],
      ["a field that is not a number", { seconds: "5" }],
      ["a tuple of one", [1]],
      ["undefined", undefined],
      ["null", null],
      ["a boolean", true],
      ["a function", () => 5],
      ["a symbol", Symbol.iterator]
    ]

    const asInput = (value: unknown): Duration.Input => value as Duration.Input

    it.effect.each(bad)("dies with InvalidOptionsError for %s", ([_, value]) =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        const error = yield* defectOf(KitchenTimer.start(timer, asInput(value)))
        if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
        assert.deepInclude(error, { option: "duration", value })
        assert.include(error.message, "finite duration of more than zero")
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("dies with InvalidOptionsError for what is no timer, and says what it got", () =>
      Effect.gen(function* () {
        for (const value of [undefined, null, {}, "timer", Effect.void]) {
          const timer = value as KitchenTimer.KitchenTimer
          for (const start of [KitchenTimer.start, KitchenTimer.startIfStopped]) {
            for (const starting of [start(timer, "1 second"), start(timer, "1 second", Effect.void)]) {
              const error = yield* defectOf<unknown, AlreadyRunningError, never>(starting)
              if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
              assert.deepInclude(error, { option: "timer", value })
              assert.include(error.message, "a KitchenTimer, from KitchenTimer.make")
            }
          }
        }
      })
    )

    it.effect("takes from a pipe an effect, a function, or nothing to do when time is up", () =>
      Effect.gen(function* () {
        for (const whenTimeUp of [Effect.void, () => {}, undefined]) {
          const timer = yield* KitchenTimer.make()
          yield* timer.pipe(KitchenTimer.start("1 second", whenTimeUp))
          assert.strictEqual(yield* KitchenTimer.state(timer), "running")
        }
      })
    )

    it.effect("dies with InvalidOptionsError in startIfStopped too", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        assert.instanceOf(yield* defectOf(KitchenTimer.startIfStopped(timer, NaN)), InvalidOptionsError)
      })
    )

    it.effect("dies with InvalidOptionsError even while the timer runs", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        assert.instanceOf(yield* defectOf(KitchenTimer.start(timer, 0)), InvalidOptionsError)
        assert.instanceOf(yield* defectOf(KitchenTimer.startIfStopped(timer, 0)), InvalidOptionsError)
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 1)
      })
    )

    const good: ReadonlyArray<readonly [Duration.Input, number]> = [
      [1500, 1.5],
      [2_000_000_000n, 2],
      ["3 minutes", 180],
      [[1, 500_000_000], 1.5],
      [{ minutes: 1, seconds: 30 }, 90],
      [Duration.hours(1), 3600],
      [0.5, 0.1],
      [1n, 0.1],
      [Number.MAX_VALUE, Number.MAX_VALUE / 1000]
    ]

    it.effect.each(good)("but takes %s", ([duration, seconds]) =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, duration)
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), seconds)
      })
    )
  })

  describe("a whenTimeUp that fails", () => {
    it.effect("is logged with its cause when it throws", () => {
      const { layer, logs } = captureLogs()
      return Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        const broken = new Error("broken bell")
        yield* KitchenTimer.start(timer, "1 second", () => {
          throw broken
        })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(logs.length, 1)
        assert.strictEqual(logs[0]?.level, "Error")
        assert.strictEqual(Cause.squash(logs[0]?.cause ?? Cause.empty), broken)
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      }).pipe(Effect.provide(layer))
    })

    it.effect("is logged with its cause when it dies", () => {
      const { layer, logs } = captureLogs()
      return Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", Effect.die("broken bell"))
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(
          logs.map((_) => Cause.squash(_.cause)),
          ["broken bell"]
        )
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      }).pipe(Effect.provide(layer))
    })

    it.live("is logged with its cause when it is an async function that rejects", () => {
      const { layer, logs } = captureLogs()
      return Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 milli", async () => {
          throw "broken bell"
        })
        yield* Effect.sleep("20 millis")
        assert.deepStrictEqual(
          logs.map((_) => Cause.squash(_.cause)),
          ["broken bell"]
        )
      }).pipe(Effect.provide(layer))
    })

    it.effect("does not hurt its starter, and the timer can be started again", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", Effect.die("broken bell"))
        yield* TestClock.adjust("1 second")
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 1)
      }).pipe(Effect.provide(captureLogs().layer))
    )

    it.effect("is not logged when it is interrupted", () => {
      const { layer, logs } = captureLogs()
      return Effect.gen(function* () {
        yield* Effect.scoped(
          Effect.gen(function* () {
            const timer = yield* KitchenTimer.make()
            yield* KitchenTimer.start(timer, "1 second", Effect.never)
            yield* TestClock.adjust("1 second")
          })
        )
        assert.deepStrictEqual(logs, [])
      }).pipe(Effect.provide(layer))
    })

    it.effect("is not logged when it interrupts itself", () => {
      const { layer, logs } = captureLogs()
      return Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", Effect.interrupt)
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(logs, [])
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      }).pipe(Effect.provide(layer))
    })
  })

  describe("startIfStopped", () => {
    it.effect("starts a timer that is stopped and gives true", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        assert.isTrue(yield* KitchenTimer.startIfStopped(timer, "1 second", bell.ring))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 1)
      })
    )

    it.effect("starts a timer whose time is up and gives true", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        yield* TestClock.adjust("1 second")
        assert.isTrue(yield* KitchenTimer.startIfStopped(timer, "2 seconds"))
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 2)
      })
    )

    it.effect("gives false while the timer runs, and leaves the countdown as it was", () =>
      Effect.gen(function* () {
        const first = makeBell()
        const second = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "5 seconds", first.ring)
        assert.isFalse(yield* KitchenTimer.startIfStopped(timer, "1 second", second.ring))
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 5)
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual([first.rings, second.rings], [1, 0])
      })
    )

    it.effect("has one winner among a hundred fibers", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const clock = new HandClock()
        const { fibers, track } = countFibers()
        const timer = yield* KitchenTimer.make()
        const answers = yield* Effect.forEach(
          Array.from({ length: 100 }),
          () => KitchenTimer.startIfStopped(timer, "1 second", bell.ring),
          { concurrency: "unbounded" }
        ).pipe(giveWayOften, track, Effect.provideService(Clock.Clock, clock))
        assert.strictEqual(answers.filter((started) => started).length, 1)
        yield* letOthersRun
        assert.deepStrictEqual([fibers.alive, clock.sleepers], [1, 1])
        yield* clock.due.open
        yield* letOthersRun
        assert.strictEqual(bell.rings, 1)
      })
    )
  })

  describe("stop", () => {
    it.effect("stops a timer that runs", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("keeps whenTimeUp from running", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        yield* TestClock.adjust("999 millis")
        yield* KitchenTimer.stop(timer)
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("leaves no fiber", () =>
      Effect.gen(function* () {
        const { fibers, track } = countFibers()
        const timer = yield* KitchenTimer.make()
        yield* track(KitchenTimer.start(timer, "1 second"))
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(fibers.alive, 0)
      })
    )

    it.effect("fails with NotRunningError when the timer is stopped", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        const error = yield* Effect.flip(KitchenTimer.stop(timer))
        assert.strictEqual(error._tag, "NotRunningError")
        assert.strictEqual(error.state, "stopped")
      })
    )

    it.effect("fails with NotRunningError when time is up", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        yield* TestClock.adjust("1 second")
        const error = yield* Effect.flip(KitchenTimer.stop(timer))
        assert.strictEqual(error.state, "timeUp")
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("fails with NotRunningError within whenTimeUp", () =>
      Effect.gen(function* () {
        const states: Array<string> = []
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          KitchenTimer.stop(timer).pipe(
            Effect.catchTag("NotRunningError", (error) => Effect.sync(() => void states.push(error.state)))
          )
        )
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(states, ["timeUp"])
      })
    )

    it.effect("leaves a whenTimeUp alone that has begun", () =>
      Effect.gen(function* () {
        let finished = false
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Effect.delay(
            Effect.sync(() => (finished = true)),
            "1 second"
          )
        )
        yield* TestClock.adjust("1 second")
        yield* Effect.flip(KitchenTimer.stop(timer))
        yield* TestClock.adjust("1 second")
        assert.isTrue(finished)
      })
    )

    it.effect("stops what whenTimeUp has started, not whenTimeUp itself", () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(
          timer,
          "1 second",
          Effect.gen(function* () {
            yield* KitchenTimer.start(timer, "1 second", () => events.push("second"))
            yield* KitchenTimer.stop(timer)
            events.push("went on")
          }).pipe(Effect.orDie)
        )
        yield* TestClock.adjust("1 hour")
        assert.deepStrictEqual(events, ["went on"])
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )
  })

  describe("stopIfRunning", () => {
    it.effect("stops a timer that runs and gives true", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second", bell.ring)
        assert.isTrue(yield* KitchenTimer.stopIfRunning(timer))
        yield* TestClock.adjust("1 hour")
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("gives false when the timer is stopped", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        assert.isFalse(yield* KitchenTimer.stopIfRunning(timer))
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("gives false when time is up", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second")
        yield* TestClock.adjust("1 second")
        assert.isFalse(yield* KitchenTimer.stopIfRunning(timer))
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("has one winner among a hundred fibers", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* giveWayOften(KitchenTimer.start(timer, "1 second"))
        const answers = yield* Effect.forEach(Array.from({ length: 100 }), () => KitchenTimer.stopIfRunning(timer), {
          concurrency: "unbounded"
        }).pipe(giveWayOften)
        assert.strictEqual(answers.filter((stopped) => stopped).length, 1)
      })
    )
  })

  describe("state", () => {
    it.effect("goes from stopped to running to timeUp to running to stopped", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        const states = [yield* KitchenTimer.state(timer)]
        yield* KitchenTimer.start(timer, "1 second")
        states.push(yield* KitchenTimer.state(timer))
        yield* TestClock.adjust("1 second")
        states.push(yield* KitchenTimer.state(timer))
        yield* KitchenTimer.start(timer, "1 second")
        states.push(yield* KitchenTimer.state(timer))
        yield* KitchenTimer.stop(timer)
        states.push(yield* KitchenTimer.state(timer))
        assert.deepStrictEqual(states, ["stopped", "running", "timeUp", "running", "stopped"])
      })
    )

    it.effect("is read when the effect runs, not when it is made", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        const state = KitchenTimer.state(timer)
        yield* KitchenTimer.start(timer, "1 second")
        assert.strictEqual(yield* state, "running")
      })
    )
  })

  describe("timeRemaining", () => {
    const display: ReadonlyArray<readonly [Duration.Input, number]> = [
      [0, 10],
      ["1 milli", 10],
      ["99 millis", 10],
      ["100 millis", 9.9],
      ["101 millis", 9.9],
      ["1 second", 9],
      ["3333 millis", 6.7],
      ["9700 millis", 0.3],
      ["9900 millis", 0.1],
      ["9999 millis", 0.1],
      ["9999999 micros", 0.1],
      ["10 seconds", 0],
      ["1 hour", 0]
    ]

    it.effect.each(display)("of ten seconds, %s after the start, is %s", ([elapsed, remaining]) =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "10 seconds")
        yield* TestClock.adjust(elapsed)
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), remaining)
      })
    )

    it.effect("is 0 after a stop", () =>
      Effect.gen(function* () {
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "10 seconds")
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 0)
      })
    )

    it.effect("is 0.1 while a timer that is overdue still runs", () =>
      Effect.gen(function* () {
        const clock = new HandClock()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "1 second").pipe(Effect.provideService(Clock.Clock, clock))
        clock.nanos = 5_000_000_000n
        assert.strictEqual(yield* KitchenTimer.state(timer), "running")
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 0.1)
      })
    )

    it.effect("reads the clock that the countdown runs on", () =>
      Effect.gen(function* () {
        const clock = new HandClock()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, "10 seconds").pipe(Effect.provideService(Clock.Clock, clock))
        clock.nanos = 4_000_000_000n
        assert.strictEqual(yield* KitchenTimer.timeRemaining(timer), 6)
      })
    )
  })

  describe("data-last", () => {
    it.effect("starts and stops a timer in a pipe", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* timer.pipe(KitchenTimer.start("1 second", bell.ring))
        assert.strictEqual(yield* timer.pipe(KitchenTimer.state), "running")
        assert.strictEqual(yield* timer.pipe(KitchenTimer.timeRemaining), 1)
        yield* timer.pipe(KitchenTimer.stop)
        yield* timer.pipe(KitchenTimer.start("1 second"))
        assert.isTrue(yield* timer.pipe(KitchenTimer.stopIfRunning))
        assert.isTrue(yield* timer.pipe(KitchenTimer.startIfStopped("1 second")))
        assert.isFalse(yield* timer.pipe(KitchenTimer.startIfStopped("1 second", bell.ring)))
        yield* TestClock.adjust("1 second")
        assert.strictEqual(bell.rings, 0)
      })
    )
  })

  describe("isKitchenTimer", () => {
    it.effect("tells timers from other values", () =>
      Effect.gen(function* () {
        assert.isTrue(KitchenTimer.isKitchenTimer(yield* KitchenTimer.make()))
        for (const other of [undefined, null, 1, "timer", {}, Effect.void]) {
          assert.isFalse(KitchenTimer.isKitchenTimer(other))
        }
      })
    )
  })

  describe("as a key of a HashMap or a HashSet", () => {
    it.effect("is equal to itself alone, though others of its scope are in the same state", () =>
      Effect.gen(function* () {
        const timers = yield* Effect.replicateEffect(KitchenTimer.make(), 6)
        for (const timer of timers.slice(0, 4)) yield* KitchenTimer.start(timer, "1 second")
        for (const timer of timers.slice(0, 2)) yield* KitchenTimer.stop(timer)
        yield* TestClock.adjust("1 second")
        for (const timer of timers.slice(4)) yield* KitchenTimer.start(timer, "1 second")
        const states = yield* Effect.forEach(timers, KitchenTimer.state)
        assert.deepStrictEqual(states, ["stopped", "stopped", "timeUp", "timeUp", "running", "running"])
        areKeys(timers)
      })
    )

    it.effect("is the same one through its life", () =>
      Effect.gen(function* () {
        const scope = yield* Scope.make()
        const timer = yield* Scope.provide(KitchenTimer.make(), scope)
        const check = keyOf(timer)
        yield* KitchenTimer.start(timer, "1 second")
        check()
        yield* TestClock.adjust("1 second")
        check()
        yield* KitchenTimer.start(timer, "1 second")
        yield* KitchenTimer.stop(timer)
        check()
        yield* Scope.close(scope, Exit.void)
        check()
      })
    )

    it.effect("is hashed and compared without a look at what it holds", () =>
      Effect.gen(function* () {
        const [timer, other] = [yield* KitchenTimer.make(), yield* KitchenTimer.make()]
        assert.deepStrictEqual(readsOf(timer, other), [Hash.symbol])
      })
    )
  })

  describe("a stop at the instant when time is up", () => {
    const due = "1 second"

    it.effect("wins if its fiber is the first to wake", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        const stopping = yield* KitchenTimer.stop(timer).pipe(
          Effect.delay(due),
          Effect.exit,
          Effect.forkChild({ startImmediately: true })
        )
        yield* KitchenTimer.start(timer, due, bell.ring)
        yield* TestClock.adjust(due)
        assert.deepStrictEqual(yield* Fiber.join(stopping), Exit.void)
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("loses if the countdown's fiber is the first to wake", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, due, bell.ring)
        const stopping = yield* KitchenTimer.stop(timer).pipe(
          Effect.delay(due),
          Effect.flip,
          Effect.forkChild({ startImmediately: true })
        )
        yield* TestClock.adjust(due)
        assert.strictEqual((yield* Fiber.join(stopping)).state, "timeUp")
        assert.strictEqual(bell.rings, 1)
        assert.strictEqual(yield* KitchenTimer.state(timer), "timeUp")
      })
    )

    it.effect("wins if the countdown's fiber was woken and has not run yet", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const clock = new HandClock()
        const { fibers, track } = countFibers()
        const timer = yield* KitchenTimer.make()
        yield* KitchenTimer.start(timer, due, bell.ring).pipe(track, Effect.provideService(Clock.Clock, clock))
        yield* clock.due.open
        yield* KitchenTimer.stop(timer)
        assert.strictEqual(fibers.alive, 0)
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.effect("wins if it is the clock that stops the timer, before its sleep is over", () =>
      Effect.gen(function* () {
        const bell = makeBell()
        const timer = yield* KitchenTimer.make()
        class StoppingClock extends HandClock {
          override sleep(): Effect.Effect<void> {
            return Effect.orDie(KitchenTimer.stop(timer))
          }
        }
        yield* KitchenTimer.start(timer, due, bell.ring).pipe(Effect.provideService(Clock.Clock, new StoppingClock()))
        assert.strictEqual(bell.rings, 0)
        assert.strictEqual(yield* KitchenTimer.state(timer), "stopped")
      })
    )

    it.live("has one winner in each of 60 shuffled schedules", () =>
      Effect.gen(function* () {
        const winners = new Set<string>()
        for (let seed = 0; seed < 60; seed++) {
          const bell = makeBell()
          const clock = new HandClock()
          const { fibers, track } = countFibers()
          const [stopped, state] = yield* Effect.gen(function* () {
            const timer = yield* KitchenTimer.make()
            yield* KitchenTimer.start(timer, due, bell.ring)
            const [, stopped] = yield* Effect.all([clock.due.open, KitchenTimer.stopIfRunning(timer)], {
              concurrency: "unbounded"
            })
            yield* letOthersRun
            return [stopped, yield* KitchenTimer.state(timer)] as const
          }).pipe(
            Effect.scoped,
            track,
            Effect.provideService(Clock.Clock, clock),
            Effect.provideService(Scheduler.Scheduler, shuffledScheduler(seed * 1_000_003))
          )
          assert.deepStrictEqual(
            [stopped, state, bell.rings, fibers.alive],
            stopped ? [true, "stopped", 0, 0] : [false, "timeUp", 1, 0],
            `seed ${seed}`
          )
          winners.add(state)
        }
        assert.deepStrictEqual([...winners].toSorted(), ["stopped", "timeUp"])
      })
    )
  })

  describe("a start at the instant when the scope closes", () => {
    it.live("either comes too late or is stopped, in each of 300 shuffled schedules", () =>
      Effect.gen(function* () {
        const outcomes = new Set<string>()
        for (let seed = 0; seed < 300; seed++) {
          const clock = new HandClock()
          const { fibers, track } = countFibers()
          const [started, state] = yield* Effect.gen(function* () {
            const scope = yield* Scope.make()
            const timer = yield* Scope.provide(KitchenTimer.make(), scope)
            const [started] = yield* Effect.all(
              [
                Effect.yieldNow.pipe(Effect.andThen(KitchenTimer.start(timer, "1 second")), Effect.exit),
                Effect.yieldNow.pipe(Effect.andThen(Scope.close(scope, Exit.void)))
              ],
              { concurrency: "unbounded" }
            )
            return [Exit.isSuccess(started), yield* KitchenTimer.state(timer)] as const
          }).pipe(
            track,
            Effect.provideService(Clock.Clock, clock),
            Effect.provideService(Scheduler.Scheduler, shuffledScheduler(seed))
          )
          assert.deepStrictEqual([state, clock.sleepers, fibers.alive], ["stopped", 0, 0], `seed ${seed}`)
          outcomes.add(started ? "stopped again" : "too late")
        }
        assert.deepStrictEqual([...outcomes].toSorted(), ["stopped again", "too late"])
      })
    )
  })

  describe("types", () => {
    const ring = Effect.flatMap(Bell, (_) => _.ring)
    const withTimer = <A>(f: (timer: KitchenTimer.KitchenTimer) => A) => f

    it("make needs a scope and cannot fail", () => {
      expectTypeOf(KitchenTimer.make()).toEqualTypeOf<Effect.Effect<KitchenTimer.KitchenTimer, never, Scope.Scope>>()
    })

    it("start needs what whenTimeUp needs", () => {
      const effect = withTimer((timer) => KitchenTimer.start(timer, "1 second", ring))
      expectTypeOf(effect).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError, Bell>>()
      const fromFunction = withTimer((timer) => KitchenTimer.start(timer, "1 second", () => ring))
      expectTypeOf(fromFunction).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError, Bell>>()
      const dataLast = withTimer((timer) => timer.pipe(KitchenTimer.start("1 second", ring)))
      expectTypeOf(dataLast).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError, Bell>>()
    })

    it("start needs nothing for a plain function, or none", () => {
      const plain = withTimer((timer) => KitchenTimer.start(timer, "1 second", () => 1))
      expectTypeOf(plain).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError>>()
      const none = withTimer((timer) => KitchenTimer.start(timer, "1 second"))
      expectTypeOf(none).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError>>()
      const dataLast = withTimer((timer) => timer.pipe(KitchenTimer.start("1 second")))
      expectTypeOf(dataLast).returns.toEqualTypeOf<Effect.Effect<void, AlreadyRunningError>>()
    })

    it("start does not take a whenTimeUp that can fail", () => {
      // @ts-expect-error the effect's error has nobody to go to
      withTimer((timer) => KitchenTimer.start(timer, "1 second", Effect.fail("broken")))
    })

    it("startIfStopped gives a boolean and cannot find the timer running", () => {
      const dataFirst = withTimer((timer) => KitchenTimer.startIfStopped(timer, "1 second", ring))
      expectTypeOf(dataFirst).returns.toEqualTypeOf<Effect.Effect<boolean, never, Bell>>()
      const dataLast = withTimer((timer) => timer.pipe(KitchenTimer.startIfStopped("1 second")))
      expectTypeOf(dataLast).returns.toEqualTypeOf<Effect.Effect<boolean>>()
    })

    it("stop fails with NotRunningError, stopIfRunning not at all", () => {
      expectTypeOf(KitchenTimer.stop).returns.toEqualTypeOf<Effect.Effect<void, NotRunningError>>()
      expectTypeOf(KitchenTimer.stopIfRunning).returns.toEqualTypeOf<Effect.Effect<boolean>>()
    })

    it("reading cannot fail", () => {
      expectTypeOf(KitchenTimer.state).returns.toEqualTypeOf<Effect.Effect<"stopped" | "running" | "timeUp">>()
      expectTypeOf(KitchenTimer.timeRemaining).returns.toEqualTypeOf<Effect.Effect<number>>()
    })
  })
})

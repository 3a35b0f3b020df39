import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Ref, Semaphore } from "effect"
import { InvalidOptionsError } from "effect-futures"
import { DeadlockError, Interleave } from "effect-futures/testing"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { inspect } from "node:util"
import { failureOf, lostUpdate, reasonOf, unbounded } from "./support.ts"

const here = "test/testing/Interleave.trace.test.ts"

/** The place of the line in this file that ends with such a comment. */
const at = (mark: string): string => {
  const lines = fs.readFileSync(fileURLToPath(import.meta.url), "utf8").split("\n")
  const found = lines.flatMap((text, i) => (text.endsWith(`// at ${mark}`) ? [i + 1] : []))
  assert.lengthOf(found, 1, mark)
  return `${here}:${found[0]}`
}

const deadlockOf = <A, E>(program: Effect.Effect<A, E>) =>
  Effect.map(failureOf(program), (failure) => {
    const error = reasonOf(failure)
    return error instanceof DeadlockError ? { failure, error } : assert.fail(failure.message)
  })

/** Two named fibers, of which one's update may get lost. */
const readersAndWriters = Effect.gen(function* () {
  const count = yield* Ref.make(0)
  const increment = Effect.gen(function* () {
    const n = yield* Ref.get(count) // at read
    yield* Ref.set(count, n + 1) // at write
  })
  yield* Effect.all([Interleave.named(increment, "one"), Interleave.named(increment, "other")], unbounded) // at all
  if ((yield* Ref.get(count)) !== 2) yield* Effect.die("an update was lost") // at end
})

describe("a trace", () => {
  it.effect("says who did what, and where, in the order in which it was done", () =>
    Effect.gen(function* () {
      const { trace } = yield* failureOf(readersAndWriters)
      const work = trace.filter((step) => step.where === at("read") || step.where === at("write"))
      const once = work.map((step) => `${step.fiber} ${step.where === at("read") ? "reads" : "writes"}`)
      assert.sameMembers(Array.from(new Set(once)), ["one reads", "one writes", "other reads", "other writes"])
      const first = (text: string) => once.indexOf(text)
      assert.isBelow(first("one reads"), once.lastIndexOf("other writes"))
      assert.isBelow(first("other reads"), once.lastIndexOf("one writes"))
    })
  )

  it.effect("has the text of the line", () =>
    Effect.gen(function* () {
      const { trace } = yield* failureOf(readersAndWriters)
      const step = trace.find((step) => step.where === at("write"))
      assert.strictEqual(step?.what, "yield* Ref.set(count, n + 1) // at write")
    })
  )

  it.effect("has the program's own fiber as main", () =>
    Effect.gen(function* () {
      const { trace } = yield* failureOf(readersAndWriters)
      assert.strictEqual(trace[0]?.fiber, "main")
      assert.strictEqual(trace.findLast((step) => step.where === at("end"))?.fiber, "main")
    })
  )

  it.effect("is in the message, one line a step", () =>
    Effect.gen(function* () {
      const { message, table, trace } = yield* failureOf(readersAndWriters)
      assert.include(message, table)
      assert.isAtLeast(trace.length, table.split("\n").length)
      for (const step of trace) assert.include(table, step.where ?? step.what)
      for (const name of ["main", "one", "other"]) assert.include(table, name)
    })
  )

  it.effect("says where time passes", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        yield* Effect.sleep("90 minutes")
        yield* Effect.fail("late") // at late
      })
      const failure = yield* failureOf(program)
      assert.strictEqual(failure.trace[0]?.millis, 0)
      assert.strictEqual(failure.trace.findLast((step) => step.where === at("late"))?.millis, 5_400_000)
      assert.match(failure.table, /1h 30m.*yield\* Effect\.fail/)
      assert.isTrue(failure.trace.some((step) => step.because === "its time has come"))
    })
  )

  it.effect("says of no time where none passes", () =>
    Effect.gen(function* () {
      assert.notMatch((yield* failureOf(readersAndWriters)).table, /\b0ms\b/)
    })
  )

  it.effect("calls fibers by their names, their spans or their numbers", () =>
    Effect.gen(function* () {
      const work = (n: number) =>
        Effect.gen(function* () {
          yield* Effect.yieldNow
          return n
        })
      const program = Effect.andThen(
        Effect.all([Interleave.named(work(1), "by name"), Effect.withSpan(work(2), "by span"), work(3)], unbounded),
        Effect.fail("no")
      )
      const { trace } = yield* failureOf(program)
      const names = new Set(trace.map((step) => step.fiber))
      for (const name of ["main", "by name", "by span"]) assert.isTrue(names.has(name), Array.from(names).join())
      assert.isTrue(Array.from(names).some((name) => /^fiber \d+$/.test(name)))
    })
  )

  it.effect("tells fibers of one name from each other", () =>
    Effect.gen(function* () {
      const work = Interleave.named(Effect.yieldNow, "worker")
      const { trace } = yield* failureOf(Effect.andThen(Effect.all([work, work], unbounded), Effect.fail("no")))
      const names = new Set(trace.map((step) => step.fiber).filter((name) => name.startsWith("worker")))
      assert.strictEqual(names.size, 2)
    })
  )

  it.effect("of a long program has its end", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        for (let i = 0; i < 400; i++) {
          yield* Effect.yieldNow
          yield* Effect.void
        }
        yield* Effect.fail("the end") // at the end
      })
      const failure = yield* failureOf(program)
      assert.include(failure.table, at("the end"))
      assert.isAtMost(failure.table.split("\n").length, 250)
    })
  )

  it.effect("is made for a program without generators too", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate())
      assert.isAbove(failure.trace.length, 3)
      for (const step of failure.trace) assert.isAbove(step.what.length, 0)
    })
  )

  it.effect("is the same from one check to the next", () =>
    Effect.gen(function* () {
      const one = yield* failureOf(readersAndWriters)
      const other = yield* failureOf(readersAndWriters)
      assert.deepStrictEqual(one.trace, other.trace)
    })
  )
})

describe("the message of a failure", () => {
  it.effect("says what it is, what failed, and how it was found", () =>
    Effect.gen(function* () {
      const { message } = yield* failureOf(lostUpdate())
      for (const part of [
        "There is a schedule in which the program fails",
        "counted 1",
        "schedule",
        `strategy "auto", by "exhaustive"`,
        "1 preemption)",
        "What happened:"
      ]) {
        assert.include(message, part)
      }
    })
  )

  it.effect("has a line that can be pasted to replay it", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate())
      const line = /Interleave\.replay\(program, "(?<schedule>[^"]+)"\)/.exec(failure.message)
      assert.strictEqual(line?.groups?.schedule, failure.schedule)
      const again = yield* Effect.flip(Interleave.replay(lostUpdate(), failure.schedule))
      assert.strictEqual(again._tag, "InterleaveFailure")
    })
  )

  it.effect("names the seed of a strategy that draws by chance", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate(), { strategy: "random", seed: 42 })
      assert.strictEqual(failure.seed, 42)
      assert.include(failure.message, "seed 42")
      assert.include(failure.message, `strategy "random"`)
    })
  )

  it.effect("has all reasons of the cause", () =>
    Effect.gen(function* () {
      const program = Effect.ensuring(Effect.fail(new Error("first")), Effect.die(new Error("second")))
      const failure = yield* failureOf(program)
      assert.include(failure.message, "Error: first")
      assert.include(failure.message, "Error: second")
      assert.lengthOf(failure.cause.reasons, 2)
    })
  )

  it.effect("shows what is thrown that is no Error", () =>
    Effect.gen(function* () {
      for (const value of ["a text", 42, { reason: "an object" }]) {
        const { message } = yield* failureOf(Effect.fail(value))
        assert.include(message, typeof value === "object" ? value.reason : String(value))
      }
    })
  )

  it.effect("says so if the program was interrupted", () =>
    Effect.gen(function* () {
      assert.match((yield* failureOf(Effect.interrupt)).message, /interrupt/i)
    })
  )

  it.effect("has nothing of the stacks of the scheduler", () =>
    Effect.gen(function* () {
      const { message } = yield* failureOf(Effect.fail(new Error("no")))
      assert.notInclude(message, "node_modules")
      assert.notInclude(message, "World")
    })
  )

  it.effect("is what is printed", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate())
      assert.include(inspect(failure), failure.message)
      assert.include(String(failure), "There is a schedule")
    })
  )
})

describe("a deadlock", () => {
  it.effect("names who waits, where and since when", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const never = yield* Deferred.make<void>()
        const waiting = Effect.gen(function* () {
          yield* Effect.sleep("1 hour")
          yield* Deferred.await(never) // at waiting
        })
        const busy = Effect.sleep("2 hours")
        yield* Effect.all([Interleave.named(waiting, "reader"), busy], unbounded) // at main
      })
      const { error, failure } = yield* deadlockOf(program)
      assert.strictEqual(error.after, "2h")
      assert.lengthOf(error.waiting, 2)
      const reader = error.waiting.find((line) => line.startsWith("reader ")) ?? assert.fail(error.message)
      assert.include(reader, "1h")
      assert.include(reader, at("waiting"))
      assert.include(reader, "yield* Deferred.await(never)")
      const main = error.waiting.find((line) => line.startsWith("main ")) ?? assert.fail(error.message)
      assert.include(main, at("main"))
      for (const line of error.waiting) assert.include(failure.message, line)
      assert.include(failure.message, "a deadlock")
    })
  )

  it.effect("names a fiber by its span", () =>
    Effect.gen(function* () {
      const waiting = Effect.gen(function* () {
        yield* Effect.never
      })
      const { error } = yield* deadlockOf(Effect.all([Effect.withSpan(waiting, "the span")], unbounded))
      assert.isTrue(
        error.waiting.some((line) => line.startsWith("the span ")),
        error.message
      )
    })
  )

  it.effect("names a fiber by its number and where it was forked", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const fiber = yield* Effect.forkChild(Effect.never) // at forking
        yield* Fiber.join(fiber)
      })
      const { error } = yield* deadlockOf(program)
      const line = error.waiting.find((line) => /^fiber \d+ /.test(line)) ?? assert.fail(error.message)
      assert.include(line, `forked at ${at("forking")}`)
    })
  )

  it.effect("names both who wait for each other", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const a = yield* Semaphore.make(1)
        const b = yield* Semaphore.make(1)
        const take = (first: Semaphore.Semaphore, second: Semaphore.Semaphore) =>
          Effect.scoped(
            Effect.gen(function* () {
              yield* Semaphore.takeScoped(first, 1)
              yield* Semaphore.takeScoped(second, 1) // at second
            })
          )
        yield* Effect.all(
          [Interleave.named(take(a, b), "a then b"), Interleave.named(take(b, a), "b then a")],
          unbounded
        )
      })
      const { error, failure } = yield* deadlockOf(program)
      for (const name of ["a then b", "b then a"]) {
        const line = error.waiting.find((line) => line.startsWith(name)) ?? assert.fail(error.message)
        assert.include(line, at("second"))
      }
      assert.strictEqual(failure.preemptions, 1)
    })
  )

  it.effect("does not name who has ended", () =>
    Effect.gen(function* () {
      const program = Effect.all([Interleave.named(Effect.yieldNow, "done"), Effect.never], unbounded)
      const { error } = yield* deadlockOf(program)
      assert.isFalse(
        error.waiting.some((line) => line.startsWith("done")),
        error.message
      )
      assert.lengthOf(error.waiting, 2)
    })
  )
})

describe("a name", () => {
  it.effect("is given first or last, and changes nothing else", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Interleave.named(Effect.succeed(1), "one"), 1)
      assert.strictEqual(yield* Effect.succeed(1).pipe(Interleave.named("one")), 1)
      assert.strictEqual(yield* Effect.flip(Interleave.named(Effect.fail("no"), "one")), "no")
    })
  )

  it.effect("that is empty is a defect that says so", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Interleave.named(Effect.void, ""))
      if (exit._tag === "Success") return assert.fail("it succeeded")
      const error = reasonOf(exit)
      if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
      assert.strictEqual(error.option, "name")
    })
  )

  it.effect("is that of the main fiber, too", () =>
    Effect.gen(function* () {
      const { trace } = yield* failureOf(Interleave.named(Effect.andThen(Effect.yieldNow, Effect.fail("no")), "root"))
      assert.include(
        trace.map((step) => step.fiber),
        "root"
      )
    })
  )
})

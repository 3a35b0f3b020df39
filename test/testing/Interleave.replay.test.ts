import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Random, Ref } from "effect"
import { DeadlockError, Interleave, LivelockError } from "effect-futures/testing"
import { assertInvalid } from "../behaviour/support.ts"
import {
  awaits,
  countedRight,
  failureOf,
  increment,
  lostUpdate,
  reasonOf,
  replayedFailureOf,
  unbounded
} from "./support.ts"
import { defectOf } from "../support/defectOf.ts"

class Port extends Context.Service<Port, number>()("test/Port") {}

/** Gives what was counted, which depends on the schedule. */
const counted = (fibers: number) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    yield* Effect.all(
      Array.from({ length: fibers }, () => increment(count)),
      unbounded
    )
    return yield* Ref.get(count)
  })

/** Fails with what the program gives if that is not what is expected. */
const expecting = <A, E, R>(program: Effect.Effect<A, E, R>, expected: A) =>
  Effect.flatMap(program, (value) => (value === expected ? Effect.succeed(value) : Effect.fail(value)))

/** Time, chance and promises, and a failure in the end. */
const eventful = Effect.gen(function* () {
  const log: Array<string> = []
  const worker = (name: string) =>
    Effect.gen(function* () {
      log.push(`${name} begins`)
      yield* Effect.sleep(`${yield* Random.nextIntBetween(1, 3)} seconds`)
      log.push(`${name} slept`)
      yield* Effect.promise(() => awaits(3))
      log.push(`${name} ends`)
    }).pipe(Effect.withSpan(name))
  yield* Effect.all([worker("a"), worker("b"), worker("c")], unbounded)
  if (log.at(-1) !== "c ends") yield* Effect.fail(log.join(", "))
})

describe("replay", () => {
  it.effect("gives one and the same trace a hundred times", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(lostUpdate(3))
      const traces = new Set<string>()
      for (let i = 0; i < 100; i++) {
        const again = yield* replayedFailureOf(lostUpdate(3), failure.schedule)
        traces.add(JSON.stringify([again.trace, again.table, again.schedule, reasonOf(again), again.preemptions]))
      }
      assert.lengthOf(Array.from(traces), 1)
      const expected = [failure.trace, failure.table, failure.schedule, reasonOf(failure), failure.preemptions]
      assert.deepStrictEqual(Array.from(traces), [JSON.stringify(expected)])
    })
  )

  it.effect("gives the same trace again, also of a program with time, chance and promises", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(eventful)
      for (let i = 0; i < 20; i++) {
        const again = yield* replayedFailureOf(eventful, failure.schedule)
        assert.deepStrictEqual(again.trace, failure.trace)
        assert.deepStrictEqual(again.schedule, failure.schedule)
        assert.deepStrictEqual(reasonOf(again), reasonOf(failure))
      }
    })
  )

  it.effect("gives the same with every schedule that explore tells of", () =>
    Effect.gen(function* () {
      const report = yield* Interleave.explore(lostUpdate(3))
      assert.isAbove(report.failures.length, 1)
      for (const failure of report.failures) {
        const again = yield* replayedFailureOf(lostUpdate(3), failure.schedule)
        assert.deepStrictEqual([reasonOf(again), again.trace], [reasonOf(failure), failure.trace])
      }
    })
  )

  it.effect("takes the program first or last", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      const one = yield* Effect.flip(Interleave.replay(lostUpdate(), schedule))
      const other = yield* Effect.flip(lostUpdate().pipe(Interleave.replay(schedule)))
      assert.strictEqual(one.message, other.message)
    })
  )

  it.effect("gives the services of the caller", () =>
    Effect.gen(function* () {
      const port = yield* Interleave.replay(Port, "-").pipe(Effect.provideService(Port, 80))
      assert.strictEqual(port, 80)
    })
  )

  it.effect("gives what the program gives in that schedule", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(expecting(counted(2), 2))
      assert.strictEqual(yield* Interleave.replay(counted(2), schedule), 1)
      assert.strictEqual(yield* Interleave.replay(counted(2), "-"), 2)
    })
  )

  it.effect("gives what the program gives, whatever that is", () =>
    Effect.gen(function* () {
      for (const value of [undefined, null, 0, "", NaN, new Error("a value"), Effect.void]) {
        assert.deepStrictEqual(yield* Interleave.replay(Effect.succeed(value), "-"), value)
      }
    })
  )

  it.effect("passes for a program that was fixed since", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      yield* Interleave.replay(countedRight, schedule)
      yield* Interleave.replay(Effect.void, schedule)
    })
  )

  it.effect("fails for a program that has changed and still is wrong", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      const changed = Effect.andThen(lostUpdate(), Effect.fail("another failure"))
      const failure = yield* replayedFailureOf(changed, schedule)
      assert.strictEqual(failure.kind, "failure")
    })
  )

  it.effect("says in its message what was replayed", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      const failure = yield* replayedFailureOf(lostUpdate(), schedule)
      assert.strictEqual(failure.how, `replayed "${schedule}"`)
      assert.include(failure.message, failure.how)
      assert.isUndefined(failure.seed)
    })
  )

  it.effect("has a deadlock again", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Effect.never)
      const again = yield* replayedFailureOf(Effect.never, failure.schedule)
      assert.strictEqual(again.kind, "deadlock")
      assert.instanceOf(reasonOf(again), DeadlockError)
    })
  )

  it.effect("has a livelock again, also one that was found with fewer steps", () =>
    Effect.gen(function* () {
      const program = Effect.forever(Effect.yieldNow)
      const failure = yield* failureOf(program, { maxSteps: 500 })
      const again = yield* replayedFailureOf(program, failure.schedule)
      assert.strictEqual(again.kind, "livelock")
      assert.instanceOf(reasonOf(again), LivelockError)
    })
  )

  it.effect("says so if the program depends on more than its schedule", () =>
    Effect.gen(function* () {
      let runs = 0
      const program = Effect.suspend(() =>
        Effect.all(
          Array.from({ length: 2 + (runs++ % 7) }, () => Effect.yieldNow),
          unbounded
        )
      )
      const failure = yield* replayedFailureOf(program, "1~1")
      assert.strictEqual(failure.kind, "nondeterminism")
    })
  )

  it.effect("does not need the part of the schedule that tells whether the program has changed", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      const failure = yield* replayedFailureOf(lostUpdate(), schedule.replace(/~.*$/, ""))
      assert.strictEqual(reasonOf(failure), "counted 1")
      assert.strictEqual(failure.schedule, schedule)
    })
  )

  it.effect("takes what was pasted with space around it", () =>
    Effect.gen(function* () {
      const { schedule } = yield* failureOf(lostUpdate())
      assert.strictEqual((yield* replayedFailureOf(lostUpdate(), ` ${schedule}\n`)).schedule, schedule)
    })
  )

  it.effect("takes choices that the program does not have", () =>
    Effect.gen(function* () {
      for (const schedule of ["1000", "1:99", "0:5.3.4:2", "99999999999999999999"]) {
        yield* Interleave.replay(countedRight, schedule)
      }
    })
  )

  it.effect("runs a schedule that was found by chance", () =>
    Effect.gen(function* () {
      for (const strategy of ["pct", "random"] as const) {
        const failure = yield* failureOf(eventful, { strategy, seed: 3 })
        const again = yield* replayedFailureOf(eventful, failure.schedule)
        assert.deepStrictEqual(again.trace, failure.trace)
      }
    })
  )
})

describe("a schedule that is none", () => {
  const malformed: ReadonlyArray<unknown> = [
    "",
    " ",
    "a",
    "1.",
    ".1",
    "1..2",
    "1:",
    ":1",
    "1:2:3",
    "-1",
    "--",
    "1~",
    "~abc",
    "1~ABC",
    "1 2",
    "1,2",
    "1.5:x",
    "1\n2",
    undefined,
    null,
    12,
    {}
  ]
  for (const schedule of malformed) {
    it.effect(`is named: ${JSON.stringify(schedule)}`, () =>
      Effect.gen(function* () {
        let runs = 0
        const program = Effect.sync(() => runs++)
        const error = yield* defectOf(Interleave.replay(program, schedule as string))
        const shown = typeof schedule === "string" ? JSON.stringify(schedule) : ""
        assertInvalid(error, { option: "schedule", value: schedule, shown, allowed: "12.3:2~1x9kz" })
        assert.strictEqual(runs, 0)
      })
    )
  }
})

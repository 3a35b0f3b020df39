import { assert, describe, it } from "@effect/vitest"
import { Clock, Context, Data, Deferred, Effect, Fiber, Ref } from "effect"
import { Interleave, OrderError } from "effect-futures/testing"
import { assertInvalid } from "../behaviour/support.ts"
import { awaits, failureOf, outcomesOf, proofOf, reasonOf, unbounded } from "./support.ts"
import { defectOf } from "../support/defectOf.ts"

class Port extends Context.Service<Port, number>()("test/Port") {}
class Refused extends Data.TaggedError("Refused")<{ readonly by: string }> {}

/** Two count, each in two steps with a checkpoint before each. */
const counting = Effect.gen(function* () {
  const count = yield* Ref.make(0)
  const increment = (who: string) =>
    Effect.gen(function* () {
      yield* Interleave.checkpoint(`${who} reads`)
      const n = yield* Ref.get(count)
      yield* Interleave.checkpoint(`${who} writes`)
      yield* Ref.set(count, n + 1)
    })
  yield* Effect.all([increment("a"), increment("b")], unbounded)
  return yield* Ref.get(count)
})

/** Passes the checkpoints one after the other, and tells of each. */
const passing = (log: Array<string>, names: ReadonlyArray<string>) =>
  Effect.forEach(
    names,
    (name) =>
      Effect.andThen(
        Interleave.checkpoint(name),
        Effect.sync(() => log.push(name))
      ),
    { discard: true }
  )

/** What so many fibers passed, in the order in which they did. */
const passed = (...fibers: ReadonlyArray<ReadonlyArray<string>>) =>
  Effect.suspend(() => {
    const log: Array<string> = []
    return Effect.as(
      Effect.all(
        fibers.map((names) => passing(log, names)),
        unbounded
      ),
      log
    ).pipe(Effect.map((log) => log.join(" ")))
  })

const permutations = (names: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  names.length === 0
    ? [[]]
    : names.flatMap((name) => permutations(names.filter((other) => other !== name)).map((rest) => [name, ...rest]))

const orderErrorOf = <A, E, R>(program: Effect.Effect<A, E, R>, names: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(Interleave.order(program, names)), (error) =>
    error instanceof OrderError ? error : assert.fail(String(error))
  )

describe("order", () => {
  it.effect("gives what the program gives in that order", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Interleave.order(counting, ["a reads", "a writes", "b reads", "b writes"]), 2)
      assert.strictEqual(yield* Interleave.order(counting, ["b reads", "b writes", "a reads", "a writes"]), 2)
      assert.strictEqual(yield* Interleave.order(counting, ["a reads", "b reads", "a writes", "b writes"]), 1)
      assert.strictEqual(yield* Interleave.order(counting, ["a reads", "b reads", "b writes", "a writes"]), 1)
      assert.strictEqual(yield* Interleave.order(counting, ["b reads", "a reads", "b writes", "a writes"]), 1)
    })
  )

  it.effect("takes the program first or last", () =>
    Effect.gen(function* () {
      const names = ["b reads", "a reads"]
      assert.strictEqual(yield* Interleave.order(counting, names), yield* counting.pipe(Interleave.order(names)))
    })
  )

  it.effect("passes the checkpoints of three fibers in every order there is", () =>
    Effect.gen(function* () {
      for (const names of permutations(["a", "b", "c"])) {
        assert.strictEqual(yield* Interleave.order(passed(["a"], ["b"], ["c"]), names), names.join(" "))
      }
    })
  )

  it.effect("does the same again each time", () =>
    Effect.gen(function* () {
      const ordered = Interleave.order(counting, ["a reads", "b reads", "b writes", "a writes"])
      for (let i = 0; i < 20; i++) assert.strictEqual(yield* ordered, 1)
    })
  )

  it.effect("lets a fiber keep its turn until its next checkpoint", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const log: Array<string> = []
        const say = (text: string) => Effect.sync(() => log.push(text))
        const one = Effect.gen(function* () {
          yield* Interleave.checkpoint("one")
          yield* say("1")
          yield* say("2")
          yield* say("3")
          yield* Interleave.checkpoint("last")
          yield* say("6")
        })
        const other = Effect.gen(function* () {
          yield* Interleave.checkpoint("other")
          yield* say("4")
          yield* say("5")
        })
        yield* Effect.all([other, one], unbounded)
        return log.join("")
      })
      assert.strictEqual(yield* Interleave.order(program, ["one", "other", "last"]), "123456")
    })
  )

  it.effect("lets another have its turn when a fiber waits for something", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done = yield* Deferred.make<string>()
        const one = Effect.andThen(Interleave.checkpoint("one"), Deferred.await(done))
        const other = Effect.andThen(Interleave.checkpoint("other"), Deferred.succeed(done, "by the other"))
        const [got] = yield* Effect.all([one, other], { concurrency: "unbounded" })
        return got
      })
      assert.strictEqual(yield* Interleave.order(program, ["one", "other"]), "by the other")
    })
  )

  it.effect("lets a name be given as often as it is passed", () =>
    Effect.gen(function* () {
      const program = passed(["a", "a", "a"], ["b", "b"])
      for (const names of ["a b a b a", "b b a a a", "a a a b b", "a a b b a"]) {
        assert.strictEqual(yield* Interleave.order(program, names.split(" ")), names)
      }
    })
  )

  it.effect("lets several fibers pass a name that is given as often", () =>
    Effect.gen(function* () {
      const program = passed(["work"], ["work"], ["end"])
      assert.strictEqual(yield* Interleave.order(program, ["work", "end", "work"]), "work end work")
      assert.strictEqual(yield* Interleave.order(program, ["end", "work", "work"]), "end work work")
    })
  )

  it.effect("lets a checkpoint that is not in the list, or not so often, be passed at once", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* Interleave.order(passed(["x", "a"], ["y", "b"]), ["b", "a"]), "x y b a")
      assert.strictEqual(yield* Interleave.order(passed(["a", "a", "b"]), ["a", "b"]), "a a b")
    })
  )

  it.effect("costs no time, and has the time of the program", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const slow = Effect.andThen(Effect.sleep("1 day"), Interleave.checkpoint("slow"))
        yield* Effect.all([slow, Interleave.checkpoint("quick")], unbounded)
        return yield* Clock.currentTimeMillis
      })
      assert.strictEqual(yield* Interleave.order(program, ["slow", "quick"]), 86_400_000)
      assert.strictEqual(yield* Interleave.order(program, ["quick", "slow"]), 86_400_000)
    })
  )

  it.effect("lets a program wait for promises", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const log: Array<string> = []
        const fiber = (name: string) =>
          Effect.gen(function* () {
            yield* Effect.promise(() => awaits(3))
            yield* Interleave.checkpoint(name)
            log.push(name)
          })
        yield* Effect.all([fiber("a"), fiber("b")], unbounded)
        return log.join(" ")
      })
      assert.strictEqual(yield* Interleave.order(program, ["b", "a"]), "b a")
    })
  )

  it.effect("gives the program the services of the caller", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Interleave.checkpoint("a"), Port)
      assert.strictEqual(yield* Interleave.order(program, ["a"]).pipe(Effect.provideService(Port, 80)), 80)
    })
  )

  it.effect("forgets a fiber that is interrupted while it waits for its turn", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const log: Array<string> = []
        const waiting = yield* Effect.forkChild(passing(log, ["b"]), { startImmediately: true })
        yield* Fiber.interrupt(waiting)
        yield* Effect.all([passing(log, ["b"]), passing(log, ["a"])], unbounded)
        return log.join(" ")
      })
      assert.strictEqual(yield* Interleave.order(program, ["a", "b"]), "a b")
    })
  )

  it.effect("leaves fibers that are detached interrupted, with their finalizers", () =>
    Effect.gen(function* () {
      let ended = 0
      const daemon = Effect.ensuring(
        Effect.never,
        Effect.sync(() => ended++)
      )
      const program = Effect.andThen(Effect.forkDetach(daemon, { startImmediately: true }), Interleave.checkpoint("a"))
      yield* Interleave.order(program, ["a"])
      assert.strictEqual(ended, 1)
    })
  )

  it.effect("may be the same for two programs at the same time", () =>
    Effect.gen(function* () {
      const names = ["a reads", "b reads", "a writes", "b writes"]
      const values = yield* Effect.all(
        Array.from({ length: 5 }, () => Interleave.order(counting, names)),
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(values, [1, 1, 1, 1, 1])
    })
  )
})

describe("an order that cannot be had", () => {
  it.effect("fails at the step that no fiber comes to", () =>
    Effect.gen(function* () {
      const error = yield* orderErrorOf(passed(["a"], ["b"]), ["a", "no such", "b"])
      assert.strictEqual(error.step, 1)
      assert.deepStrictEqual(error.names, ["a", "no such", "b"])
      assert.deepStrictEqual(error.waiting, ["b"])
      for (const part of ["Step 2 of 3", `"no such"`, `reached were "a"`, `at "b"`]) {
        assert.include(error.message, part)
      }
    })
  )

  it.effect("fails at the step that comes only after one that has to come later", () =>
    Effect.gen(function* () {
      const error = yield* orderErrorOf(passed(["first", "second"]), ["second", "first"])
      assert.strictEqual(error.step, 0)
      assert.deepStrictEqual(error.waiting, ["first"])
      for (const part of ["Step 1 of 2", `"second"`, "none was reached", `at "first"`]) {
        assert.include(error.message, part)
      }
    })
  )

  it.effect("fails if the program ends before all have been reached", () =>
    Effect.gen(function* () {
      const error = yield* orderErrorOf(passed(["a"]), ["a", "b"])
      assert.strictEqual(error.step, 1)
      assert.deepStrictEqual(error.waiting, [])
      assert.include(error.message, "no fiber waits for its turn")
      assert.strictEqual((yield* orderErrorOf(Effect.void, ["a"])).step, 0)
    })
  )

  it.effect("fails if a name is given more often than it is passed", () =>
    Effect.gen(function* () {
      const error = yield* orderErrorOf(passed(["a"], ["b"]), ["a", "a", "b"])
      assert.strictEqual(error.step, 1)
      assert.deepStrictEqual(error.waiting, ["b"])
    })
  )

  it.effect("fails if who holds its turn waits for the next one", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        const done = yield* Deferred.make<void>()
        const one = Effect.gen(function* () {
          yield* Interleave.checkpoint("one")
          yield* Deferred.await(done)
          yield* Interleave.checkpoint("end")
        })
        const other = Effect.gen(function* () {
          yield* Interleave.checkpoint("other")
          yield* Deferred.succeed(done, undefined)
        })
        yield* Effect.all([one, other], unbounded)
      })
      yield* Interleave.order(program, ["one", "other", "end"])
      const error = yield* orderErrorOf(program, ["one", "end", "other"])
      assert.strictEqual(error.step, 1)
      assert.deepStrictEqual(error.waiting, ["other"])
    })
  )

  it.effect("can be caught by its tag", () =>
    Effect.gen(function* () {
      const caught = Interleave.order(Effect.succeed(0), ["a"]).pipe(
        Effect.catchTag("OrderError", (error) => Effect.succeed(error.names.length))
      )
      assert.strictEqual(yield* caught, 1)
    })
  )

  it.effect("is not what fails if the program never ends after all were reached", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Interleave.order(Effect.andThen(Interleave.checkpoint("a"), Effect.never), ["a"]))
      if (exit._tag === "Success") return assert.fail("it succeeded")
      const reason = reasonOf(exit)
      assert.isFalse(reason instanceof OrderError, String(reason))
      assert.include(String(reason), "none can go on")
    })
  )

  it.effect("is not what fails if the program goes round after all were reached", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(
        Interleave.order(Effect.andThen(Interleave.checkpoint("a"), Effect.forever(Effect.yieldNow)), ["a"])
      )
      if (exit._tag === "Success") return assert.fail("it succeeded")
      const reason = reasonOf(exit)
      assert.isFalse(reason instanceof OrderError, String(reason))
      assert.include(String(reason), "steps")
    })
  )
})

describe("a program in an order", () => {
  it.effect("that fails itself fails with its own error", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(passed(["a"], ["b"]), Effect.fail(new Refused({ by: "the program" })))
      const error = yield* Effect.flip(Interleave.order(program, ["b", "a"]))
      assert.deepStrictEqual(error, new Refused({ by: "the program" }))
    })
  )

  it.effect("that fails before all were reached fails with its own error", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Interleave.checkpoint("a"), Effect.fail("early"))
      assert.strictEqual(yield* Effect.flip(Interleave.order(program, ["a", "b"])), "early")
    })
  )

  it.effect("that dies dies with its own defect", () =>
    Effect.gen(function* () {
      const program = Effect.andThen(Interleave.checkpoint("a"), Effect.die("a defect"))
      const exit = yield* Effect.exit(Interleave.order(program, ["a"]))
      assert.isTrue(exit._tag === "Failure" && reasonOf(exit) === "a defect")
    })
  )
})

describe("the names of an order", () => {
  const cases: ReadonlyArray<readonly [names: unknown, value: unknown, shown: string]> = [
    [[], [], "[]"],
    [["a", ""], "", `""`],
    [["a", 1], 1, "1"],
    [[undefined], undefined, "undefined"],
    ["a", "a", `"a"`],
    [undefined, undefined, "undefined"],
    [{ length: 1 }, { length: 1 }, "length"]
  ]
  for (const [names, value, shown] of cases) {
    it.effect(`are refused: ${JSON.stringify(names)}`, () =>
      Effect.gen(function* () {
        let runs = 0
        const program = Effect.sync(() => runs++)
        const error = yield* defectOf(Interleave.order(program, names as ReadonlyArray<string>))
        assertInvalid(error, { option: "names", value, shown, allowed: "" })
        assert.strictEqual(runs, 0)
      })
    )
  }

  it.effect("are taken as they were", () =>
    Effect.gen(function* () {
      const names = ["a", "b"]
      const ordered = Interleave.order(
        Effect.tap(passed(["a"], ["b"]), () => Effect.sync(() => names.splice(0))),
        names
      )
      assert.strictEqual(yield* ordered, "a b")
    })
  )
})

describe("a checkpoint", () => {
  it.effect("does nothing where nobody has asked for an order", () =>
    Effect.gen(function* () {
      assert.isUndefined(yield* Interleave.checkpoint("a"))
      assert.strictEqual(yield* counting, 2)
      assert.isUndefined(Effect.runSync(Interleave.checkpoint("a")))
    })
  )

  it.effect("does nothing in check without an order", () =>
    Effect.gen(function* () {
      const { outcomes, report } = yield* outcomesOf(counting)
      assert.deepStrictEqual(outcomes, ["1", "2"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("does nothing once the order is over", () =>
    Effect.gen(function* () {
      const program = Interleave.order(Interleave.checkpoint("a"), ["a"])
      yield* Effect.andThen(program, Interleave.checkpoint("a"))
      assert.strictEqual(yield* Interleave.order(passed(["a", "b", "a"]), ["a", "b"]), "a b a")
    })
  )

  it("does not say that its name is empty where it does nothing", () => {
    assert.isUndefined(Effect.runSync(Interleave.checkpoint("")))
  })
})

describe("an order within check", () => {
  it.effect("leaves all ways that keep it", () =>
    Effect.gen(function* () {
      const mixed = Interleave.order(counting, ["a reads", "b reads", "a writes", "b writes"])
      const { outcomes, report } = yield* outcomesOf(mixed)
      // Between the checkpoint "b reads" and what b reads then, a may still write.
      assert.deepStrictEqual(outcomes, ["1", "2"])
      assert.isTrue(report.complete)
    })
  )

  it.effect("keeps the order of what is passed in all of them", () =>
    Effect.gen(function* () {
      const program = Effect.suspend(() => {
        const log: Array<string> = []
        const step = (name: string) => Interleave.checkpoint(name)
        const free = Effect.sync(() => log.push("x"))
        const fiber = (name: string) =>
          Effect.andThen(
            step(name),
            Effect.sync(() => log.push(name))
          )
        return Effect.map(Effect.all([fiber("a"), Effect.andThen(free, fiber("b"))], unbounded), () => log.join(""))
      })
      const { outcomes } = yield* outcomesOf(Interleave.order(program, ["b", "a"]))
      // Between the checkpoint and what comes after it, the other may go on.
      assert.isTrue(
        outcomes.every((outcome) => outcome.startsWith("x")),
        outcomes.join()
      )
      assert.include(outcomes, "xba")
    })
  )

  it.effect("finds what goes wrong only in that order", () =>
    Effect.gen(function* () {
      const failing = Effect.flatMap(counting, (n) => (n === 2 ? Effect.void : Effect.die("lost")))
      const bad = Interleave.order(failing, ["a reads", "b reads", "a writes", "b writes"])
      assert.strictEqual(reasonOf(yield* failureOf(bad)), "lost")
      assert.strictEqual((yield* failureOf(bad)).preemptions, 0)
      const report = yield* Interleave.check(bad, { strategy: "fifo" }).pipe(Effect.flip)
      assert.strictEqual(report._tag, "InterleaveFailure")
    })
  )

  it.effect("that cannot be had is told of", () =>
    Effect.gen(function* () {
      const failure = yield* failureOf(Interleave.order(passed(["a"], ["b"]), ["a", "no such", "b"]))
      assert.include(failure.message, "no such")
      const unreached = yield* failureOf(Interleave.order(passed(["a"]), ["a", "b"]))
      const error = reasonOf(unreached)
      if (!(error instanceof OrderError)) return assert.fail(String(error))
      assert.strictEqual(error.step, 1)
    })
  )

  it.effect("begins anew in each schedule", () =>
    Effect.gen(function* () {
      yield* proofOf(Interleave.order(passed(["a"], ["b"], ["c"]), ["c", "b", "a"]))
    })
  )

  it.effect("is kept in replay", () =>
    Effect.gen(function* () {
      const value = yield* Interleave.replay(
        Interleave.order(counting, ["a reads", "b reads", "a writes", "b writes"]),
        "-"
      )
      assert.strictEqual(value, 1)
    })
  )
})

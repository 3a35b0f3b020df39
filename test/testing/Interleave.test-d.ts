import { Context, Data, Effect } from "effect"
import type { Cause, Scope } from "effect"
import { describe, expectTypeOf, it } from "vitest"
import * as Interleave from "../../src/testing/Interleave.ts"
import type { InterleaveFailure, OrderError, TraceStep } from "../../src/testing/Errors.ts"

class Refused extends Data.TaggedError("Refused")<{}> {}
class Port extends Context.Service<Port, number>()("Port") {}

declare const program: Effect.Effect<string, Refused, Port>
declare const scoped: Effect.Effect<number, never, Scope.Scope>

type Checked<R = never> = Effect.Effect<Interleave.Report, InterleaveFailure, R>
type Explored<R = never> = Effect.Effect<Interleave.Report, never, R>

describe("check", () => {
  it("needs what the program needs, and does not fail with its error", () => {
    expectTypeOf(Interleave.check(program)).toEqualTypeOf<Checked<Port>>()
    expectTypeOf(Interleave.check(program, { maxPreemptions: 1 })).toEqualTypeOf<Checked<Port>>()
    expectTypeOf(program.pipe(Interleave.check({ strategy: "pct", depth: 3 }))).toEqualTypeOf<Checked<Port>>()
    expectTypeOf(program.pipe(Interleave.check())).toEqualTypeOf<Checked<Port>>()
    expectTypeOf(Interleave.check(Effect.scoped(scoped))).toEqualTypeOf<Checked>()
  })

  it("takes options that are undefined, and only those there are", () => {
    Interleave.check(program, undefined)
    Interleave.check(program, { strategy: undefined, seed: undefined, reduction: undefined })
    // @ts-expect-error: no such strategy
    Interleave.check(program, { strategy: "breadth-first" })
    // @ts-expect-error: no such option
    Interleave.check(program, { preemptions: 1 })
    // @ts-expect-error: a number
    Interleave.check(program, { maxSteps: "1" })
    // @ts-expect-error: not an effect
    Interleave.check(() => program)
  })
})

describe("explore", () => {
  it("fails with a bad option only", () => {
    expectTypeOf(Interleave.explore(program)).toEqualTypeOf<Explored<Port>>()
    expectTypeOf(program.pipe(Interleave.explore({ seed: 1 }))).toEqualTypeOf<Explored<Port>>()
    expectTypeOf(program.pipe(Interleave.explore())).toEqualTypeOf<Explored<Port>>()
  })

  it("gives a report that cannot be changed", () => {
    expectTypeOf<Interleave.Report["failures"]>().toEqualTypeOf<ReadonlyArray<InterleaveFailure>>()
    expectTypeOf<Interleave.Report["seed"]>().toEqualTypeOf<number | undefined>()
    expectTypeOf<Interleave.Report["strategy"]>().toEqualTypeOf<
      "auto" | "exhaustive" | "unbounded" | "delay" | "reads" | "pct" | "walk" | "random" | "fifo"
    >()
    const set = (report: Interleave.Report) => {
      // @ts-expect-error: readonly
      report.complete = true
    }
    expectTypeOf(set).toBeFunction()
  })
})

describe("replay", () => {
  it("gives what the program gives", () => {
    type Replayed = Effect.Effect<string, InterleaveFailure, Port>
    expectTypeOf(Interleave.replay(program, "-")).toEqualTypeOf<Replayed>()
    expectTypeOf(program.pipe(Interleave.replay("-"))).toEqualTypeOf<Replayed>()
    // @ts-expect-error: a schedule is a string
    Interleave.replay(program, 1)
    // @ts-expect-error: needs a schedule
    Interleave.replay(program)
  })
})

describe("named", () => {
  it("is the effect that it was", () => {
    expectTypeOf(Interleave.named(program, "one")).toEqualTypeOf<typeof program>()
    expectTypeOf(program.pipe(Interleave.named("one"))).toEqualTypeOf<typeof program>()
    // @ts-expect-error: a name is a string
    Interleave.named(program, 1)
  })
})

describe("checkpoint and order", () => {
  it("do not change what the program gives, and add to its errors", () => {
    type Ordered = Effect.Effect<string, Refused | OrderError, Port>
    expectTypeOf(Interleave.checkpoint("a")).toEqualTypeOf<Effect.Effect<void>>()
    expectTypeOf(Interleave.order(program, ["a"])).toEqualTypeOf<Ordered>()
    expectTypeOf(program.pipe(Interleave.order(["a", "b"]))).toEqualTypeOf<Ordered>()
    expectTypeOf(Interleave.order(program, ["a"] as const)).toEqualTypeOf<Ordered>()
    // @ts-expect-error: a list of names
    Interleave.order(program, "a")
    // @ts-expect-error: a name is a string
    Interleave.checkpoint(1)
  })
})

describe("a failure", () => {
  it("has a kind, a cause, a trace and a schedule", () => {
    expectTypeOf<InterleaveFailure["_tag"]>().toEqualTypeOf<"InterleaveFailure">()
    expectTypeOf<InterleaveFailure["kind"]>().toEqualTypeOf<
      "failure" | "deadlock" | "livelock" | "nondeterminism" | "unreached" | "hidden state"
    >()
    expectTypeOf<InterleaveFailure["cause"]>().toEqualTypeOf<Cause.Cause<unknown>>()
    expectTypeOf<InterleaveFailure["trace"]>().toEqualTypeOf<ReadonlyArray<TraceStep>>()
    expectTypeOf<InterleaveFailure["schedule"]>().toEqualTypeOf<string>()
    expectTypeOf<InterleaveFailure>().toExtend<Error>()
  })
})

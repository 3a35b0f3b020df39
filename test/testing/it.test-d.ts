import type * as EffectVitest from "@effect/vitest"
import { Context, type Effect, type Scope } from "effect"
import type { Interleave, InterleaveTest, InterleaveTester, InterleaveTestOptions, It } from "effect-futures/testing"
import { it as subject } from "effect-futures/testing"
import { describe, expectTypeOf, it } from "vitest"

class Connection extends Context.Service<Connection, { readonly id: number }>()("Connection") {}

declare const closed: Effect.Effect<number, Error>
declare const scoped: Effect.Effect<number, Error, Scope.Scope>
declare const open: Effect.Effect<number, never, Connection>

describe("the types of it", () => {
  it("are those of @effect/vitest's it, and of interleave", () => {
    expectTypeOf(subject).toEqualTypeOf<It>()
    expectTypeOf(subject).not.toBeAny()
    expectTypeOf<It>().toExtend<EffectVitest.Vitest.Methods>()
    expectTypeOf<It["effect"]>().toEqualTypeOf<EffectVitest.Vitest.Methods["effect"]>()
    expectTypeOf<It["layer"]>().toEqualTypeOf<EffectVitest.Vitest.Methods["layer"]>()
    expectTypeOf<It["interleave"]>().toEqualTypeOf<InterleaveTester>()
    expectTypeOf(subject).toBeCallableWith("name", () => {})
  })

  it("take a program that needs nothing, or a scope", () => {
    expectTypeOf(subject.interleave).toBeCallableWith("name", closed)
    expectTypeOf(subject.interleave).toBeCallableWith("name", scoped)
    expectTypeOf(subject.interleave).returns.toEqualTypeOf<void>()
    // @ts-expect-error nobody provides the connection
    subject.interleave("name", open)
    // @ts-expect-error a function is no program
    subject.interleave("name", () => closed)
  })

  it("take the options of Interleave, a time limit, and whether there has to be a proof", () => {
    expectTypeOf<InterleaveTestOptions>().toExtend<Interleave.Options>()
    expectTypeOf<Exclude<keyof InterleaveTestOptions, keyof Interleave.Options>>().toEqualTypeOf<
      "timeout" | "requireProof"
    >()
    expectTypeOf(subject.interleave).toBeCallableWith("name", closed, { strategy: "pct", timeout: 1000 }, 2000)
    // @ts-expect-error no such strategy
    subject.interleave("name", closed, { strategy: "lucky" })
  })

  it("have the ways of the other testers", () => {
    type Ways = Exclude<keyof EffectVitest.Vitest.Tester<never>, "prop">
    expectTypeOf<keyof InterleaveTester>().toEqualTypeOf<Ways>()
    expectTypeOf<InterleaveTester["skip"]>().toEqualTypeOf<InterleaveTest>()
    expectTypeOf<InterleaveTester["only"]>().toEqualTypeOf<InterleaveTest>()
    expectTypeOf<InterleaveTester["fails"]>().toEqualTypeOf<InterleaveTest>()
    expectTypeOf<ReturnType<InterleaveTester["skipIf"]>>().toEqualTypeOf<InterleaveTest>()
    expectTypeOf<ReturnType<InterleaveTester["runIf"]>>().toEqualTypeOf<InterleaveTest>()
  })

  it("take no strategy twice", () => {
    subject.interleave.each(["exhaustive", "pct"])("name", scoped, { maxPreemptions: 1, timeout: 1000 }, 2000)
    // @ts-expect-error no such strategy
    subject.interleave.each(["lucky"])
    // @ts-expect-error it is there already
    subject.interleave.each(["pct"])("name", closed, { strategy: "pct" })
  })
})

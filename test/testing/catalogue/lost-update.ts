/**
 * Lost update: two fibers count, and only one is counted.
 *
 * Each adds one to a counter by reading it and, as a step of its own, writing what it read plus one. It goes wrong when
 *
 * 1. the first reads 0,
 * 2. the second reads 0 as well, and writes 1,
 * 3. the first, which does not know of that, writes 1.
 *
 * `Ref.update` reads and writes in one step, so nobody can come in between.
 */
import { Effect, Ref } from "effect"
import { expectEqual } from "./expect.ts"

const program = (increment: (counter: Ref.Ref<number>) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const counter = yield* Ref.make(0)
    yield* Effect.all([increment(counter), increment(counter)], { concurrency: "unbounded", discard: true })
    yield* expectEqual(yield* Ref.get(counter), 2, "the counter after two increments")
  })

export const broken: Effect.Effect<void, unknown> = program((counter) =>
  Effect.gen(function* () {
    const before = yield* Ref.get(counter)
    yield* Ref.set(counter, before + 1)
  })
)

export const fixed: Effect.Effect<void, unknown> = program((counter) => Ref.update(counter, (before) => before + 1))

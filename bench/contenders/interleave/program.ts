import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

/** Fibers that count, so many steps in all: two of them, or twenty where there are many steps. */
export const program = (size: number): Effect.Effect<void> => {
  const fibers = size >= 1000 ? 20 : 2
  const steps = Math.ceil(size / fibers)
  return Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const counting = Effect.gen(function* () {
      for (let i = 0; i < steps; i++) yield* Ref.update(count, (n) => n + 1)
    })
    yield* Effect.all(
      Array.from({ length: fibers }, () => counting),
      { concurrency: "unbounded", discard: true }
    )
    if ((yield* Ref.get(count)) !== fibers * steps) yield* Effect.die("an update was lost")
  })
}

/** How often the program is run for a number. */
export const runs = (size: number): number => (size >= 1000 ? 10 : 500)

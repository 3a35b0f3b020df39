import { Effect } from "effect"
import { assert } from "vitest"

/** Collects what nobody refers to, also what was let go in this very turn. */
export const collectGarbage: Effect.Effect<void> = Effect.promise(async () => {
  const { gc } = globalThis
  if (gc === undefined) throw new Error("Start Node.js with --expose-gc")
  for (let i = 0; i < 4; i++) {
    // V8 keeps an object that a WeakRef has returned to the end of the turn.
    await new Promise((resolve) => setImmediate(resolve))
    gc()
  }
})

/** Objects that should not be kept. */
export class Watched {
  private readonly refs: Array<WeakRef<object>> = []

  add<A extends object>(object: A): A {
    this.refs.push(new WeakRef(object))
    return object
  }

  get size(): number {
    return this.refs.length
  }

  /** How many of them are still there. */
  get kept(): Effect.Effect<number> {
    return Effect.map(collectGarbage, () => this.refs.filter((ref) => ref.deref() !== undefined).length)
  }
}

/** Bytes in use, after a collection. */
export const heapUsed: Effect.Effect<number> = Effect.map(collectGarbage, () => process.memoryUsage().heapUsed)

/**
 * Does something `count` times, then again, and again, and fails if the memory in use grows with each: by more than what
 * the smallest object takes.
 */
export const doesNotGrow = <E, R>(
  count: number,
  doIt: (count: number) => Effect.Effect<unknown, E, R>
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    yield* doIt(count)
    const sizes = [yield* heapUsed]
    for (let i = 0; i < 3; i++) {
      yield* doIt(count)
      sizes.push(yield* heapUsed)
    }
    // The least of them: the engine compiles and caches now and then.
    const growth = sizes.slice(1).map((size, i) => (size - sizes[i]!) / count)
    assert.isBelow(Math.min(...growth), 24, `bytes for each of ${count}: ${growth.map(Math.round).join(", ")}`)
  })

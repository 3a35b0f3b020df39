import { Deferred, Effect, Fiber, Ref, Semaphore } from "effect"
import { Random } from "../support/Random.ts"

interface World {
  readonly x: Ref.Ref<number>
  readonly y: Ref.Ref<number>
  readonly lock: Semaphore.Semaphore
  readonly signal: Deferred.Deferred<number>
  readonly siblings: Array<Fiber.Fiber<unknown, unknown>>
  readonly notes: Array<string>
}

type Step = (world: World) => Effect.Effect<unknown>

const increment =
  (which: "x" | "y"): Step =>
  (world) =>
    Effect.flatMap(Ref.get(world[which]), (n) => Ref.set(world[which], n + 1))

const steps: ReadonlyArray<readonly [weight: number, step: Step]> = [
  [4, increment("x")],
  [2, increment("y")],
  [2, ({ x }) => Ref.update(x, (n) => n * 2)],
  [2, ({ x, y }) => Effect.flatMap(Ref.get(x), (n) => Ref.set(y, n))],
  [2, (world) => world.lock.withPermit(increment("x")(world))],
  [1, ({ lock, y }) => lock.withPermit(Ref.update(y, (n) => n + 10))],
  [1, ({ signal, x }) => Effect.flatMap(Ref.get(x), (n) => Deferred.succeed(signal, n))],
  [1, ({ signal, y }) => Effect.flatMap(Deferred.await(signal), (n) => Ref.update(y, (m) => m + n))],
  [1, () => Effect.yieldNow],
  [2, ({ siblings }) => (siblings[0] === undefined ? Effect.void : Fiber.interrupt(siblings[0]))],
  [
    1,
    ({ notes, x }) =>
      Effect.ensuring(
        Ref.update(x, (n) => n + 100),
        Effect.sync(() => notes.push("finalized"))
      )
  ],
  [
    1,
    ({ y }) =>
      Effect.andThen(
        Effect.sleep("1 second"),
        Ref.update(y, (n) => n + 1000)
      )
  ]
]

/** A program of a few fibers with a few steps each. What it ends with is told to `seen`. */
export const randomProgram = (seed: number, seen: (outcome: string) => void): Effect.Effect<void> => {
  const random = new Random(seed)
  const fibers = Array.from({ length: 2 + random.below(2) }, () =>
    Array.from({ length: 1 + random.below(2) }, () => random.weighted(steps))
  )
  return Effect.gen(function* () {
    const world: World = {
      x: yield* Ref.make(0),
      y: yield* Ref.make(0),
      lock: yield* Semaphore.make(1),
      signal: yield* Deferred.make<number>(),
      siblings: [],
      notes: []
    }
    for (const each of fibers) {
      world.siblings.push(yield* Effect.forkChild(Effect.forEach(each, (step) => step(world), { discard: true })))
    }
    const exits = yield* Effect.forEach(world.siblings, (fiber) => Fiber.await(fiber))
    const ends = exits.map((exit) => exit._tag)
    seen(JSON.stringify([yield* Ref.get(world.x), yield* Ref.get(world.y), ends, world.notes]))
  })
}

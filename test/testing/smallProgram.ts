import { Deferred, Effect, Exit, Fiber, Queue, Ref, Semaphore } from "effect"
import { Random } from "../support/Random.ts"

interface World {
  readonly x: Ref.Ref<number>
  readonly y: Ref.Ref<number>
  readonly lock: Semaphore.Semaphore
  readonly signal: Deferred.Deferred<number>
  readonly queue: Queue.Queue<number>
  readonly fibers: Array<Fiber.Fiber<unknown, unknown>>
}

type Step = (world: World, fiber: number) => Effect.Effect<unknown, string>

const steps: ReadonlyArray<readonly [weight: number, step: Step]> = [
  [3, ({ x }) => Effect.flatMap(Ref.get(x), (n) => Ref.set(x, n + 1))],
  [2, ({ x }) => Ref.update(x, (n) => n * 2)],
  [2, ({ y }, fiber) => Ref.update(y, (n) => n * 3 + fiber)],
  [2, ({ x, y }) => Effect.flatMap(Ref.get(x), (n) => Ref.set(y, n))],
  [2, ({ lock, x }) => lock.withPermit(Ref.update(x, (n) => n + 10))],
  [1, ({ lock }) => lock.take(1)],
  [1, ({ lock }) => lock.release(1)],
  [2, ({ signal }, fiber) => Deferred.succeed(signal, fiber + 1)],
  [2, ({ signal, y }) => Effect.flatMap(Deferred.await(signal), (n) => Ref.update(y, (m) => m + n))],
  [2, ({ queue }, fiber) => Queue.offer(queue, fiber + 1)],
  [2, ({ queue, y }) => Effect.flatMap(Queue.take(queue), (n) => Ref.set(y, n))],
  [2, ({ fibers }, fiber) => (fiber > 0 ? Fiber.interrupt(fibers[0]!) : Effect.void)],
  [1, ({ fibers }, fiber) => (fiber > 0 ? Effect.asVoid(Fiber.await(fibers[0]!)) : Effect.void)],
  [1, ({ x }) => Effect.flatMap(Ref.get(x), (n) => (n > 0 ? Effect.fail("x") : Effect.void))],
  [1, () => Effect.yieldNow],
  [1, () => Effect.sleep("1 second")],
  [
    1,
    ({ y }) =>
      Effect.forkChild(
        Ref.update(y, (n) => n + 100),
        { startImmediately: true }
      )
  ]
]

/** A program so small that all its schedules can be tried, without a bound. What it ends with is told to `seen`. */
export const smallProgram = (seed: number, seen: (outcome: string) => void): Effect.Effect<void> => {
  const random = new Random(seed)
  const [one, other] = Array.from({ length: 2 }, () =>
    Array.from({ length: 1 + random.below(2) }, () => random.weighted(steps))
  )
  const startImmediately = random.below(2) === 0
  // Without it the program may end before its fiber does.
  const isJoined = random.below(4) > 0
  return Effect.gen(function* () {
    const world: World = {
      x: yield* Ref.make(0),
      y: yield* Ref.make(0),
      lock: yield* Semaphore.make(1),
      signal: yield* Deferred.make<number>(),
      queue: yield* Queue.unbounded<number>(),
      fibers: []
    }
    const run = (body: ReadonlyArray<Step>, fiber: number) =>
      Effect.forEach(body, (step) => step(world, fiber), { discard: true })
    const fiber = yield* Effect.forkChild(run(one!, 0), { startImmediately })
    world.fibers.push(fiber)
    const own = yield* Effect.exit(run(other!, 1))
    const exit = isJoined ? describe(yield* Fiber.await(fiber)) : ""
    seen(JSON.stringify([yield* Ref.get(world.x), yield* Ref.get(world.y), describe(own), exit]))
  })
}

const describe = (exit: Exit.Exit<unknown, unknown>): string =>
  Exit.isSuccess(exit) ? "succeeds" : Exit.hasInterrupts(exit) ? "is interrupted" : "fails"

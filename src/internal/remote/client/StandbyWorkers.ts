import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import type { RemoteWorker } from "./RemoteWorker.ts"

/** A worker that was started before it was needed, in a scope of its own. */
interface Spare {
  readonly scope: Scope.Closeable
  readonly fiber: Fiber.Fiber<RemoteWorker, unknown>
}

/** Workers that have been started and that nobody uses yet, so that the place of one that has died is taken at once. */
export class StandbyWorkers {
  private readonly shelf: Array<Spare> = []
  private readonly count: number
  private readonly start: Effect.Effect<RemoteWorker, unknown, Scope.Scope>
  private isClosed = false

  constructor(count: number, start: Effect.Effect<RemoteWorker, unknown, Scope.Scope>) {
    this.count = count
    this.start = start
  }

  /** One from the shelf, or a new one; it ends with the scope. */
  take<E>(start: Effect.Effect<RemoteWorker, E, Scope.Scope>): Effect.Effect<RemoteWorker, E, Scope.Scope> {
    return Effect.suspend(() => {
      const ready = this.shelf.find(({ fiber }) => isReady(fiber)) ?? this.shelf[0]
      if (ready === undefined) return Effect.tap(start, this.restock)
      this.shelf.splice(this.shelf.indexOf(ready), 1)
      return Effect.uninterruptibleMask((restore) =>
        Effect.gen({ self: this }, function* () {
          const exit = yield* restore(Fiber.await(ready.fiber)).pipe(Effect.onInterrupt(() => close(ready)))
          if (exit._tag === "Success" && exit.value.isAlive) {
            yield* Effect.addFinalizer(() => close(ready))
            yield* this.restock
            return exit.value
          }
          yield* close(ready)
          return yield* restore(this.take(start))
        })
      )
    })
  }

  /** Fills the shelf. Not before the first worker is needed: an executor that is not used starts nothing. */
  private readonly restock: Effect.Effect<void> = Effect.suspend(() => {
    if (this.isClosed) return Effect.void
    return Effect.whileLoop({
      while: () => this.shelf.length < this.count,
      body: () =>
        Effect.gen({ self: this }, function* () {
          const scope = Scope.makeUnsafe()
          const fiber = yield* Effect.forkDetach(Scope.provide(this.start, scope), { startImmediately: true })
          this.shelf.push({ scope, fiber })
        }),
      step: () => {}
    })
  })

  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.isClosed = true
    return Effect.forEach(this.shelf.splice(0), close, { concurrency: "unbounded", discard: true })
  })
}

const isReady = (fiber: Fiber.Fiber<RemoteWorker, unknown>): boolean => {
  const exit = fiber.pollUnsafe()
  return exit !== undefined && exit._tag === "Success" && exit.value.isAlive
}

const close = ({ fiber, scope }: Spare): Effect.Effect<void> =>
  Effect.andThen(Fiber.interrupt(fiber), Scope.close(scope, Exit.void))

import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Scope from "effect/Scope"
import { setTimeout } from "../../timers.ts"
import type { RemoteWorker } from "./RemoteWorker.ts"

/** How long a spare's start is delayed, so that it does not coincide with the start of a worker that is needed now. */
const restockAfter = 10

/** A worker that was started before it was needed, in a scope of its own. */
interface Spare {
  readonly scope: Scope.Closeable
  /** The start of the worker, and its later imports. It is ready when the last of these is done. */
  readonly steps: Array<Fiber.Fiber<RemoteWorker, unknown>>
}

type Start<E> = Effect.Effect<RemoteWorker, E, Scope.Scope>

/**
 * Started workers that are not in use, so that one that has died is replaced at once. They have imported the files whose functions have run
 * in others.
 */
export class StandbyWorkers {
  private readonly shelf: Array<Spare> = []
  /** A function of each file that was used, by the file's URL. */
  private readonly files = new Map<string, string>()
  private readonly count: number
  private readonly start: Start<unknown>
  private readonly importFile: (worker: RemoteWorker, url: string, name: string) => Effect.Effect<void, unknown>
  private isClosed = false

  constructor(count: number, start: Start<unknown>, importFile: StandbyWorkers["importFile"]) {
    this.count = count
    this.start = start
    this.importFile = importFile
  }

  /** A standby worker, or a new one; it ends with the scope. */
  take<E>(start: Start<E>): Start<E> {
    return Effect.suspend(() => {
      const ready = this.shelf.find(isReady) ?? this.shelf[0]
      if (ready === undefined) return Effect.tap(start, Effect.sync(this.restockSoon))
      this.shelf.splice(this.shelf.indexOf(ready), 1)
      return Effect.uninterruptibleMask((restore) =>
        Effect.gen({ self: this }, function* () {
          const exit = yield* restore(Fiber.await(lastStep(ready))).pipe(Effect.onInterrupt(() => close(ready)))
          if (exit._tag === "Success" && exit.value.isAlive) {
            yield* Effect.addFinalizer(() => close(ready))
            this.restockSoon()
            return exit.value
          }
          yield* close(ready)
          return yield* restore(this.take(start))
        })
      )
    })
  }

  /** A worker has called this function, so the next ones will need its file. */
  uses(url: string, name: string): void {
    if (this.files.has(url)) return
    this.files.set(url, name)
    for (const spare of this.shelf) {
      const step = Effect.tap(Fiber.join(lastStep(spare)), (worker) => this.importFile(worker, url, name))
      spare.steps.push(Effect.runFork(step))
    }
  }

  /** A worker will be needed as soon as one that was given up has ended. */
  anticipate(): void {
    if (!this.isClosed && this.shelf.length === 0) this.add()
  }

  /** Starts spares, but not before the first worker is needed: an executor that is not used starts nothing. */
  private readonly restockSoon = (): void => {
    if (this.count === 0) return
    setTimeout(() => {
      while (!this.isClosed && this.shelf.length < this.count) this.add()
    }, restockAfter).unref()
  }

  private add(): void {
    const scope = Scope.makeUnsafe()
    const files = Array.from(this.files)
    const start = Effect.tap(this.start, (worker) =>
      Effect.forEach(files, ([url, name]) => this.importFile(worker, url, name), { discard: true })
    )
    this.shelf.push({ scope, steps: [Effect.runFork(Scope.provide(start, scope))] })
  }

  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.isClosed = true
    return Effect.forEach(this.shelf.splice(0), close, { concurrency: "unbounded", discard: true })
  })
}

const lastStep = ({ steps }: Spare): Fiber.Fiber<RemoteWorker, unknown> => steps.at(-1)!

const isReady = (spare: Spare): boolean => {
  const exit = lastStep(spare).pollUnsafe()
  return exit !== undefined && exit._tag === "Success" && exit.value.isAlive
}

const close = ({ scope, steps }: Spare): Effect.Effect<void> =>
  Effect.andThen(Fiber.interruptAll(steps), Scope.close(scope, Exit.void))

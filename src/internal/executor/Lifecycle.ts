import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Latch from "effect/Latch"
import type { ShutdownMode } from "../../Executor.ts"
import { LazySet } from "../LazySet.ts"
import * as trampoline from "../trampoline.ts"

const severity: Record<ShutdownMode, number> = { drain: 0, cancelPending: 1, interrupt: 2 }

/** The executor or group that comes to its end. */
interface Ending {
  readonly dispatcher: { releaseUnused(): void }
  /** The last step of the end. */
  terminate(): void
}

/** The states of an executor or group on the way to its end: open, closing, ending (its last task has ended), terminated. */
export class Lifecycle {
  /** Running callbacks of futures. The end waits for them. */
  readonly callbacks = new LazySet<Fiber.Fiber<unknown, unknown>>()
  /** Whether it has come to its end. */
  isOver = false
  private readonly engine: Ending
  private mode: ShutdownMode | undefined = undefined
  private isEnding = false
  private latch: Latch.Latch | undefined = undefined
  private release: Effect.Effect<void> = Effect.void
  private context: Context.Context<never> | undefined = undefined

  constructor(engine: Ending) {
    this.engine = engine
  }

  /** A latch that opens when the end is over. */
  get terminated(): Latch.Latch {
    return (this.latch ??= Latch.makeUnsafe(false))
  }

  /** How it was closed; `undefined` while it takes tasks. */
  get closing(): ShutdownMode | undefined {
    return this.mode
  }

  /** Closes it. `false` if it was closed before in an equally strict mode. */
  close(mode: ShutdownMode): boolean {
    if (this.mode !== undefined && severity[this.mode] >= severity[mode]) return false
    this.mode = mode
    return true
  }

  /** The end waits for this callback. */
  follow(callback: Fiber.Fiber<unknown, unknown>): void {
    this.callbacks.add(callback)
    callback.addObserver(() => this.callbacks.delete(callback))
    // The end has already stopped the callbacks that it knew, and this one comes later.
    if (this.isEnding && this.mode === "interrupt") callback.interruptUnsafe()
  }

  /** Sets `release`, which gives up the workers at the end. */
  endWith(release: Effect.Effect<void>, context: Context.Context<never>): void {
    this.release = release
    this.context = context
  }

  /** Begins the end if it was closed. Called whenever no task is left. */
  drained(): void {
    // The callbacks that the last task wakes run before the end.
    if (this.mode !== undefined && this.context !== undefined) trampoline.run(() => this.proceed())
  }

  private proceed(): void {
    const isFirst = !this.isEnding
    this.isEnding = true
    if (isFirst) Effect.runForkWith(this.context!)(this.end())
    else if (this.mode === "interrupt") this.interruptCallbacks()
  }

  private end(): Effect.Effect<void> {
    return Effect.suspend(() => {
      if (this.callbacks.size > 0) {
        if (this.mode === "interrupt") this.interruptCallbacks()
        return Effect.andThen(Fiber.awaitAll(this.callbacks), this.end())
      }
      this.engine.dispatcher.releaseUnused()
      return Effect.andThen(
        this.release,
        Effect.sync(() => {
          this.isOver = true
          this.engine.terminate()
        })
      )
    })
  }

  private interruptCallbacks(): void {
    for (const fiber of this.callbacks) fiber.interruptUnsafe()
  }
}

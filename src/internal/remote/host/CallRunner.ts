import type { HostReply, CallRequest } from "../Call.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"

/** A call that goes on in this worker. */
export interface RunningCall {
  /** Asks it to stop: interrupts its fiber, whose finalizers run. What is no Effect ends at once, though its promise may go on. */
  interrupt(): void
  /** There is room for so many more elements of its stream. */
  demand?(count: number): void
}

/** The worker's loop, as the runner of a call tells it what happens. */
export interface CallEvents {
  /** The function is being called, for the first time in this worker or not. */
  called(isFirst: boolean): void
  /** Elements of the call's stream, as many as there is room for. Throws if they cannot be sent; then nothing was. */
  elements(wire: WireArgs, transfer: ReadonlyArray<unknown>): void
  /** A report of the task. Throws if it cannot be sent. */
  report(wire: WireArgs): void
  /** Called once; before `run` returns, if there was nothing to wait for. `transfer` is what of the reply is to be moved, not copied. */
  ended(reply: HostReply, transfer: ReadonlyArray<unknown>): void
}

/** A runner does the calls of a worker, whatever way they come to it. */
export interface CallRunner {
  /** Loads what a call needs that is not its own code. `undefined` if that is there; what it gives is never rejected. */
  load?(fn: Pick<CallRequest, "url" | "name">): Promise<void> | undefined
  /** Whether `run` calls the function at once: all that it needs is there, and no Schema decodes its arguments. To be asked after `load`. */
  isWarm?(fn: Pick<CallRequest, "url" | "name">): boolean
  /** Does a call, when `load` is done: builds the layer, calls the function. */
  run(request: CallRequest, on: CallEvents): RunningCall
  /**
   * The call was stopped by force in the midst of its JavaScript: nothing of it goes on, no `finally` has run and `ended` will not
   * be called. Forgets it, so that `close` does not wait for it; there may be nothing left to forget. `false` if the worker is
   * of no use after that.
   */
  abandon?(request: CallRequest | undefined): boolean
  /** The worker ends in good order: interrupts what runs, releases the layers. */
  close(): Promise<void>
}

export interface RunnerOptions {
  /** Whether it is in a thread of the process that the calls come from. */
  readonly sharesMemory: boolean
  /** Whether something here has loaded Effect. */
  readonly wantsEffects: () => boolean
}

/** A file that says what a worker does with its calls. `emit` sends something to the parent, before the replies that follow. */
export interface RunnerModule {
  readonly makeRunner: (emit: (message: unknown) => void, options: RunnerOptions) => CallRunner
}

import type { HostReply, CallRequest } from "../Call.ts"
import type { WireArgs } from "../codec/FunctionCodecs.ts"

/** A running call in this worker. */
export interface RunningCall {
  /**
   * Asks it to stop. The fiber of an Effect is interrupted, and its finalizers run. Other calls end at once, though their promises may go
   * on.
   */
  interrupt(): void
  /** The reader of its stream has room for more elements. */
  demand?(count: number): void
}

/** The events of a call, for the worker's loop. */
export interface CallEvents {
  /** The function is being called, for the first time in this worker or not. */
  called(isFirst: boolean): void
  /** Elements of the call's stream, no more than there is room for. If they cannot be sent, throws, and sends none. */
  elements(wire: WireArgs, transfer: ReadonlyArray<unknown>): void
  /** A report of the task. Throws if it cannot be sent. */
  report(wire: WireArgs): void
  /** Called once, possibly before `run` returns. `transfer` has the objects in the reply that are moved, not copied. */
  ended(reply: HostReply, transfer: ReadonlyArray<unknown>): void
}

/** Runs the calls of a worker, whatever the transport. */
export interface CallRunner {
  /** Loads the file of a call. `undefined` if it is loaded. The promise never rejects. */
  load?(fn: Pick<CallRequest, "url" | "name">): Promise<void> | undefined
  /** Whether `run` will call the function at once: everything is loaded, and no Schema decodes its arguments. Asked after `load`. */
  isWarm?(fn: Pick<CallRequest, "url" | "name">): boolean
  /** Runs a call after `load`: builds the layer, calls the function. */
  run(request: CallRequest, on: CallEvents): RunningCall
  /**
   * The call's JavaScript was cut off: it does not go on, no `finally` has run, and `ended` will not be called. Forgets the call, so that
   * `close` does not wait for it. `false` if the worker cannot go on.
   */
  abandon?(request: CallRequest | undefined): boolean
  /** The worker is closed: interrupts running calls, and releases the layers. */
  close(): Promise<void>
}

export interface RunnerOptions {
  /** Whether this worker is a thread of the program. */
  readonly sharesMemory: boolean
  /** Whether something in this worker has loaded Effect. */
  readonly wantsEffects: () => boolean
}

/** A file with the runner of a worker. `emit` sends a message to the parent, ahead of later replies. */
export interface RunnerModule {
  readonly makeRunner: (emit: (message: unknown) => void, options: RunnerOptions) => CallRunner
}

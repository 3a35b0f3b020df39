import type { CallReply, CallRequest } from "../Call.ts"

/** A call that goes on in this worker. */
export interface Performance {
  /** Asks it to stop: interrupts its fiber, whose finalizers run. What is no Effect cannot be asked. */
  interrupt(): void
}

/** What a worker does with calls, whatever way they come to it. */
export interface Performer {
  /** Loads what a call needs that is not its own code. `undefined` if that is there; what it gives is never rejected. */
  load?(request: CallRequest): Promise<void> | undefined
  /**
   * Does a call, when `load` is done: builds the layer, calls the function. `ended` is called once; before this returns,
   * if there was nothing to wait for. `transfer` is what of the reply is to be moved, not copied.
   */
  perform(request: CallRequest, ended: (reply: CallReply, transfer: ReadonlyArray<unknown>) => void): Performance
  /**
   * The call was stopped by force in the midst of its JavaScript: nothing of it goes on, no `finally` has run and `ended` will not
   * be called. Forgets it, so that `close` does not wait for it; there may be nothing left to forget. `false` if the worker is
   * of no use after that.
   */
  abandon?(request: CallRequest | undefined): boolean
  /** The worker ends in good order: interrupts what runs, releases the layers. */
  close(): Promise<void>
}

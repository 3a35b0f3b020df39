import { performance } from "../../timers.ts"

/** The bit that shuts the gate. The other bits count the senders inside. */
const shut = 1 << 30

/** How long to wait for the senders inside, in milliseconds. They take less than one if the main thread runs at all. */
const leaveWithin = 1000

/**
 * A gate for messages to the inspector of a worker thread. It keeps messages from arriving while the thread ends.
 *
 * Node.js 24 aborts the whole process if the main thread passes such a message to a worker that is just being torn down
 * (`MainThreadInterface::Post` takes a `shared_ptr` of itself, which throws once there is none). So the code that ends a thread, in the
 * thread itself or in the parent, first shuts the gate, and waits until all senders have left.
 */
export class SendGate {
  /** A word that the worker, its parent and the relay between them share. */
  readonly words: Int32Array<SharedArrayBuffer>

  constructor(words: Int32Array<SharedArrayBuffer>) {
    this.words = words
  }

  /** Enters before a message is sent. `false` if it must not be sent. */
  enter(): boolean {
    for (let state = Atomics.load(this.words, 0); (state & shut) === 0;) {
      const found = Atomics.compareExchange(this.words, 0, state, state + 1)
      if (found === state) return true
      state = found
    }
    return false
  }

  /** Enters for a message to a paused thread, which cannot end before it gets the message. */
  enterThoughShut(): void {
    Atomics.add(this.words, 0, 1)
  }

  /** Called when the worker has the message. */
  leave(): void {
    Atomics.sub(this.words, 0, 1)
    Atomics.notify(this.words, 0)
  }

  /** Blocks the thread until all have left. */
  shutAndWait(): void {
    const until = performance.now() + leaveWithin
    for (let state = this.shut(); state !== shut; state = Atomics.load(this.words, 0)) {
      const left = until - performance.now()
      if (left <= 0 || Atomics.wait(this.words, 0, state, left) === "timed-out") return
    }
  }

  /** Shuts the gate, and calls `done` when all senders have left, which may be at once. */
  shutThen(done: () => void): void {
    const state = this.shut()
    if (state === shut) return done()
    const waiting = Atomics.waitAsync(this.words, 0, state, leaveWithin)
    if (!waiting.async) return this.shutThen(done)
    void waiting.value.then((ended) => (ended === "timed-out" ? done() : this.shutThen(done)))
  }

  private shut(): number {
    return Atomics.or(this.words, 0, shut) | shut
  }
}

export const makeGate = (): SendGate => new SendGate(new Int32Array(new SharedArrayBuffer(4)))

// The layout of the memory that a worker thread shares with its parent.
const sleepingWord = 0
const bellWord = 1
/** The words for how far the ring of replies was written and read. */
export const writtenWord = 2
export const readWord = 3
const firstSlot = 16

export const makeMemory = (slots: number): SharedArrayBuffer => new SharedArrayBuffer((firstSlot + slots) * 4)

/** The words for the claims of calls. */
export const claimWords = (memory: SharedArrayBuffer): Int32Array => new Int32Array(memory, firstSlot * 4)

/** How the two sides wake each other up, if they have to. */
export class Doorbell {
  readonly words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory)
  }

  // No loop looks for the next call before the wait: where the two share a core that makes it slower by half.
  /** Worker. Blocks the thread until the parent has sent something, at most for so long; says whether it received it. */
  sleep(millis: number, receive: () => boolean): boolean {
    Atomics.store(this.words, sleepingWord, 1)
    // Looked at after the word was set: what was sent before may have found it unset, and notified nobody.
    const isThere = receive()
    if (!isThere) Atomics.wait(this.words, sleepingWord, 1, millis)
    Atomics.store(this.words, sleepingWord, 0)
    return isThere || receive()
  }

  /** Parent. After it has sent something. */
  wake(): void {
    if (Atomics.load(this.words, sleepingWord) === 0) return
    Atomics.store(this.words, sleepingWord, 0)
    Atomics.notify(this.words, sleepingWord)
  }

  /** Worker. `true` if the parent does not look at the ring of itself, and must be told to. */
  mustRing(): boolean {
    return Atomics.exchange(this.words, bellWord, 1) === 0
  }

  /** Parent. From now on it wants to be told. It looks once more after this. */
  expectRing(): void {
    Atomics.store(this.words, bellWord, 0)
  }
}

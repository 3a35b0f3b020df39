// The layout of the memory that a worker thread shares with its parent.
const sleepingWord = 0
const bellWord = 1
/** The words for how far the ring of replies is written and read. */
export const writtenWord = 2
export const readWord = 3
const firstSlot = 16

export const makeMemory = (slots: number): SharedArrayBuffer => new SharedArrayBuffer((firstSlot + slots) * 4)

/** The words for the claims of calls. */
export const claimWords = (memory: SharedArrayBuffer): Int32Array => new Int32Array(memory, firstSlot * 4)

/** Wakes the other side if it sleeps. */
export class Doorbell {
  readonly words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory)
  }

  // No loop polls before the wait: if both sides share a core, that makes everything slower by half.
  /** Worker. Blocks the thread until the parent has sent something, at most for so long; says whether it received it. */
  sleep(millis: number, receive: () => boolean): boolean {
    Atomics.store(this.words, sleepingWord, 1)
    // The check comes after the word is set, because a message before that may have found it unset, and notified nobody.
    const isThere = receive()
    if (!isThere) Atomics.wait(this.words, sleepingWord, 1, millis)
    Atomics.store(this.words, sleepingWord, 0)
    return isThere || receive()
  }

  /** Parent. Called after it has sent something. */
  wake(): void {
    if (Atomics.load(this.words, sleepingWord) === 0) return
    Atomics.store(this.words, sleepingWord, 0)
    Atomics.notify(this.words, sleepingWord)
  }

  /** Worker. `true` if the parent does not poll the ring, and must be told. */
  mustRing(): boolean {
    return Atomics.exchange(this.words, bellWord, 1) === 0
  }

  /** Parent. From now on it must be told. It polls once more after this. */
  expectRing(): void {
    Atomics.store(this.words, bellWord, 0)
  }
}

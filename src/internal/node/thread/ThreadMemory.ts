// The memory that a worker thread shares with its parent: words that both can change at once.

/** How many calls can be with a worker at a time. */
export const slotCount = 256

/** What a slot says of its call. */
export const Handed = 1
/** The worker runs it, or has run it. */
export const Begun = 2
export const Ended = 3
/** The parent has taken it back. */
export const Taken = 4
/** The worker loads its file. */
export const Loading = 5
type Phase = typeof Handed | typeof Begun | typeof Ended | typeof Taken | typeof Loading

const sleepingWord = 0
const bellWord = 1
const firstSlot = 16
/** Where the ring of replies keeps how far it was written and read. */
export const writtenWord = 2
export const readWord = 3

export const makeMemory = (): SharedArrayBuffer => new SharedArrayBuffer((firstSlot + slotCount) * 4)

/**
 * A word for each call that the worker has been given, by its number. What the parent takes back the worker does not begin,
 * and what it has begun the parent cannot take back, however close they come: one of them changes the word first.
 */
export class ThreadMemory {
  readonly words: Int32Array

  constructor(memory: SharedArrayBuffer) {
    this.words = new Int32Array(memory)
  }

  // The number is part of the word, so that nobody takes the call that had the slot before for this one.
  private word(seq: number, phase: Phase): number {
    return (seq << 3) | phase | 0
  }

  private slot(seq: number): number {
    return firstSlot + (seq % slotCount)
  }

  private move(seq: number, from: Phase, to: Phase): boolean {
    const expected = this.word(seq, from)
    return Atomics.compareExchange(this.words, this.slot(seq), expected, this.word(seq, to)) === expected
  }

  /** Parent. The call that had the slot has ended. */
  hand(seq: number): void {
    Atomics.store(this.words, this.slot(seq), this.word(seq, Handed))
  }

  /** Parent. `true` if the worker will never begin it. */
  takeBack(seq: number): boolean {
    return this.move(seq, Handed, Taken)
  }

  /** Worker. `true` if it is to be run. */
  begin(seq: number): boolean {
    return this.move(seq, Handed, Begun)
  }

  /** Parent. The same for a call whose file the worker loads. It goes on with that. */
  takeLoading(seq: number): boolean {
    return this.move(seq, Loading, Taken)
  }

  /** Worker. `true` if its file is to be loaded. */
  load(seq: number): boolean {
    return this.move(seq, Handed, Loading)
  }

  /** Worker. `begin` for what it has loaded. */
  beginLoaded(seq: number): boolean {
    return this.move(seq, Loading, Begun)
  }

  /** Worker. It has loaded the file of a call that was taken back meanwhile. */
  passOver(seq: number): void {
    this.move(seq, Taken, Ended)
  }

  isLoading(seq: number): boolean {
    return Atomics.load(this.words, this.slot(seq)) === this.word(seq, Loading)
  }

  /** Parent. Whether the worker has come to a call that was taken back. */
  hasPassedOver(seq: number): boolean {
    return Atomics.load(this.words, this.slot(seq)) !== this.word(seq, Taken)
  }

  /** Worker. Once its reply is out. */
  end(seq: number): void {
    this.move(seq, Begun, Ended)
  }

  /** Whether the worker has begun it, whatever came of it. */
  hasBegun(seq: number): boolean {
    const word = Atomics.load(this.words, this.slot(seq))
    return word === this.word(seq, Begun) || word === this.word(seq, Ended)
  }

  // Not preceded by a loop that looks for the next call: where the two share a core that makes it slower by half.
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

import type { Readable, Writable } from "node:stream"

/**
 * An output stream of this process, to which the output of all workers goes. If its reader is slow, the workers' streams are
 * paused, so that nothing collects here. They all wait with one listener, because there may be many.
 */
class OwnOutput {
  private readonly target: Writable
  private readonly paused = new Set<Readable>()

  constructor(target: Writable) {
    this.target = target
  }

  write(text: string, from: Readable): void {
    // A stream that has failed takes nothing more, and the workers would wait for ever.
    if (this.target.write(text) || !this.target.writable) return
    from.pause()
    if (this.paused.size === 0) this.target.on("drain", this.goOn).on("close", this.goOn)
    this.paused.add(from)
  }

  private readonly goOn = (): void => {
    this.target.off("drain", this.goOn).off("close", this.goOn)
    const paused = Array.from(this.paused)
    this.paused.clear()
    for (const stream of paused) stream.resume()
  }
}

const outputs = new WeakMap<Writable, OwnOutput>()

export const ownOutput = (target: Writable): OwnOutput => {
  const known = outputs.get(target)
  if (known !== undefined) return known
  const made = new OwnOutput(target)
  outputs.set(target, made)
  return made
}

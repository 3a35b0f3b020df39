import type { Readable, Writable } from "node:stream"

/**
 * A stream of this process's own two, to which all workers' output goes. What its reader does not take is not collected here: the
 * workers' streams are paused until it does. They wait with one listener, as there may be many of them.
 */
class OwnOutput {
  private readonly target: Writable
  private readonly paused = new Set<Readable>()

  constructor(target: Writable) {
    this.target = target
  }

  write(text: string, from: Readable): void {
    // Nothing is taken any more by one that has failed, and none of them would ever go on.
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

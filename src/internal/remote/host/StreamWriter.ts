import * as Effect from "effect/Effect"
import { TaskEncodingError } from "../../../Errors.ts"
import { Demand } from "../../stream/Demand.ts"
import { writeStream } from "../../stream/writeStream.ts"
import { streamOf } from "../../task/taskStream.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { encodingError, type FunctionCodecs } from "../codec/FunctionCodecs.ts"
import type { CallEvents } from "./CallRunner.ts"

/** The writer's end of the stream of a call. Loaded only where there is one, as it needs all of Effect's streams. */
export class StreamWriter {
  readonly demand = new Demand()
  private readonly on: CallEvents
  private readonly codecs: FunctionCodecs
  private readonly task: string
  private readonly sharesMemory: boolean
  private written = 0

  constructor(on: CallEvents, codecs: FunctionCodecs, task: string, sharesMemory: boolean) {
    this.on = on
    this.codecs = codecs
    this.task = task
    this.sharesMemory = sharesMemory
  }

  /** Reads what the function has returned, to its end. */
  readonly writeAll = (returned: unknown): Effect.Effect<void, unknown, unknown> =>
    writeStream(streamOf(returned, this.task), {
      room: Effect.suspend(() => (this.demand.isThere ? Effect.void : this.wait)),
      take: (most) => this.demand.take(most),
      write: (elements) => this.write(elements)
    })

  private readonly wait = Effect.callback<void>((resume) => {
    const stop = this.demand.whenThere(() => resume(Effect.void))
    return Effect.sync(stop)
  })

  /** Writes elements. If they cannot be written together, halves are tried, so that all goes out before the element that is to blame. */
  private write(elements: ReadonlyArray<unknown>): void {
    const { codecs, sharesMemory, task, written } = this
    try {
      const wire = codecs.encodeElements(elements, written, task, sharesMemory)
      // Transferables are looked for in the elements as they were: encoding makes other objects of them.
      this.on.elements(wire, transferablesIn(elements))
    } catch (reason) {
      const half = elements.length >> 1
      if (half === 0) {
        throw reason instanceof TaskEncodingError
          ? reason
          : encodingError(task, `element ${written + 1}`, elements[0], reason)
      }
      this.write(elements.slice(0, half))
      return this.write(elements.slice(half))
    }
    this.written += elements.length
  }
}

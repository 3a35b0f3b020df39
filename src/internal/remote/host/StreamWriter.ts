import * as Effect from "effect/Effect"
import { TaskEncodingError } from "../../../Errors.ts"
import { Demand } from "../../stream/Demand.ts"
import { writeStream } from "../../stream/writeStream.ts"
import { streamOf } from "../../task/taskStream.ts"
import { transferablesIn } from "../../task/transferables.ts"
import { element } from "../codec/FunctionCodecs.ts"
import type { LoadedCall } from "./LoadedCall.ts"

/** The writer's end of a call's stream. It is loaded only for streams, because it needs all of Effect's stream module. */
export class StreamWriter {
  readonly demand = new Demand()
  private readonly call: LoadedCall
  private written = 0

  constructor(call: LoadedCall) {
    this.call = call
  }

  /** Reads the returned stream to its end. */
  readonly writeAll = (returned: unknown): Effect.Effect<void, unknown, unknown> =>
    writeStream(streamOf(returned, this.call.request.task), {
      room: Effect.suspend(() => (this.demand.isThere ? Effect.void : this.wait)),
      take: (most) => this.demand.take(most),
      write: (elements) => this.write(elements)
    })

  private readonly wait = Effect.callback<void>((resume) => {
    const stop = this.demand.whenThere(() => resume(Effect.void))
    return Effect.sync(stop)
  })

  /** Sends elements. If they cannot be sent together, it tries halves, so that all elements before the bad one go out. */
  private write(elements: ReadonlyArray<unknown>): void {
    const { call, written } = this
    try {
      const wire = call.codecs.encodeElements(elements, written)
      // Transferables are looked for in the original elements, because encoding makes other objects.
      call.on.elements(wire, transferablesIn(elements))
    } catch (reason) {
      const half = elements.length >> 1
      if (half === 0) {
        throw reason instanceof TaskEncodingError ? reason : call.codecs.refused(element(written), elements[0], reason)
      }
      this.write(elements.slice(0, half))
      return this.write(elements.slice(half))
    }
    this.written += elements.length
  }
}

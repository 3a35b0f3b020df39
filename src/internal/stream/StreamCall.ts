import * as Effect from "effect/Effect"
import { ownTask, suspend } from "../future/blocking.ts"
import type { Engine } from "../executor/Engine.ts"
import * as trampoline from "../trampoline.ts"
import { functionOf, TaskImpl } from "../task/TaskImpl.ts"
import { taskStream } from "../task/taskStream.ts"
import type { TaskFunction } from "../task/TaskFunction.ts"
import { Demand } from "./Demand.ts"
import type { ElementReader } from "./StreamReader.ts"
import { type ElementSink, writeStream } from "./writeStream.ts"
import type * as Stream from "effect/Stream"

/** A call whose function returns a stream, and the stream's reader. An executor runs it like other tasks. */
export class StreamCall extends TaskImpl {
  readonly reader: ElementReader
  override readonly name: string

  /** `fn` is the function of the task. The call uses its streaming variant. */
  constructor(fn: TaskFunction, args: ReadonlyArray<unknown>, reader: ElementReader) {
    super(fn.streaming, args)
    this.name = fn.name
    this.reader = reader
  }

  /** Runs the whole stream here. */
  override asEffect(): Effect.Effect<unknown, unknown, unknown> {
    return writeHere(taskStream(functionOf(this), this.args), this.reader)
  }

  /** A copy of the call with other arguments. `copy` is applied to each element. */
  copied(
    args: ReadonlyArray<unknown>,
    copy: (element: unknown, index: number) => unknown
  ): Effect.Effect<unknown, unknown, unknown> {
    let count = 0
    const write = (elements: ReadonlyArray<unknown>) => {
      for (const element of elements) this.reader.receive([copy(element, count++)])
    }
    return writeHere(taskStream(functionOf(this), args), this.reader, write)
  }
}

/** Reads a stream in a task that runs here, for `reader`. */
export const writeHere = <E, R>(
  stream: Stream.Stream<unknown, E, R>,
  reader: ElementReader,
  // The reader gets no more than it has requested.
  write: ElementSink["write"] = (elements) => void reader.receive(elements)
): Effect.Effect<void, unknown, R> =>
  Effect.suspend(() => {
    const demand = new Demand()
    reader.connect((count) => demand.add(count))
    demand.add(reader.buffer)
    return writeStream(stream, { room: roomIn(demand, reader.engine), take: (most) => demand.take(most), write })
  })

/** A task that waits for its reader lends its worker, which the reader may need. */
const roomIn = (demand: Demand, engine: Engine | undefined): Effect.Effect<void> =>
  Effect.withFiber((fiber) =>
    demand.isThere
      ? Effect.void
      : suspend<void>(ownTask(fiber, engine), (resume, isBlocked) => {
          const wake = () => resume(Effect.void)
          return demand.whenThere(isBlocked ? wake : () => trampoline.run(wake))
        })
  )

export const isStreamCall = (u: unknown): u is StreamCall => u instanceof StreamCall

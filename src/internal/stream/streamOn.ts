import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { InvalidOptionsError } from "../../Errors.ts"
import type { StreamOptions } from "../../Executor.ts"
import { cancel } from "../future/cancel.ts"
import { toJoined } from "../future/exitOutcome.ts"
import type { Engine } from "../executor/Engine.ts"
import { engineOf } from "../executor/ExecutorImpl.ts"
import { submit } from "../executor/submit.ts"
import type { TaskFuture } from "../executor/TaskFuture.ts"
import { optionsOrNone, positiveInteger } from "../options.ts"
import { isTask } from "../task/TaskFunction.ts"
import { functionOf } from "../task/TaskImpl.ts"
import { keepReaderWaits, ReaderWaits } from "./ReaderWaits.ts"
import { StreamCall, writeHere } from "./StreamCall.ts"
import { StreamReader } from "./StreamReader.ts"

/** `Executor.stream`. */
export const streamOn = (executor: unknown, stream: unknown, options?: StreamOptions): Stream.Stream<never> =>
  Stream.suspend(() => {
    const engine = engineOf(executor)
    const { buffer = 16, ...rest }: StreamOptions = optionsOrNone(options)
    positiveInteger("buffer", buffer)
    const makeWriter = checked(engine, stream)
    return Stream.unwrap(
      Effect.gen(function* () {
        const scope = yield* Effect.scope
        const reader = new StreamReader(engine, buffer)
        yield* begin(engine, makeWriter(reader), rest, reader, scope)
        return Stream.fromPull(Effect.succeed(reader.pull))
      })
    )
    // The stream's own type, with the errors of its executor.
  }) as Stream.Stream<never>

/** Turns a stream into a task for the executor. */
const checked = (engine: Engine, stream: unknown): ((reader: StreamReader) => Effect.Effect<unknown, unknown>) => {
  if (isTask(stream)) {
    const { args } = stream
    const fn = functionOf(stream)
    return (reader) => new StreamCall(fn, args, reader) as StreamCall & Effect.Effect<unknown, unknown>
  }
  if (engine.options.takes === "effects" && Stream.isStream(stream)) {
    const own = stream as Stream.Stream<unknown, unknown>
    return (reader) => writeHere(own, reader)
  }
  const expected =
    engine.options.takes === "effects"
      ? "a Stream"
      : "a stream that can travel, as the functions of Task.module give that return a Stream"
  throw new InvalidOptionsError({ option: "stream", value: stream, expected })
}

/** The task does not outlive the scope, and neither do its finalizers. */
const begin = (
  engine: Engine,
  writer: Effect.Effect<unknown, unknown>,
  options: Omit<StreamOptions, "buffer">,
  reader: StreamReader,
  scope: Scope.Scope
): Effect.Effect<unknown, unknown> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(submit(engine, writer, options, "suspend", restore), (future) => {
      const waits = new ReaderWaits(future.submitContext.clock)
      keepReaderWaits(future, waits)
      reader.tellWaits(waits.changed)
      const ended = () => reader.end(endOf(future))
      if (future.isDone) ended()
      // An early observer, so that a blocked task asks for its worker before that goes on to the task's own next item.
      else future.observe(ended, true)
      return Scope.addFinalizer(
        scope,
        Effect.suspend(() => (future.isDone ? Effect.void : cancel(future)))
      )
    })
  )

const endOf = (future: TaskFuture<unknown, unknown>): Exit.Exit<unknown, unknown> => {
  const exit = future.exit!
  // The executor has ended the task.
  if (future.state === "cancelled" && future.engine.isClosed) return Exit.fail(future.engine.shutdownError())
  return toJoined(exit, future.name)
}

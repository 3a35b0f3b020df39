import { Effect, Exit, Fiber, Scope, Stream } from "effect"
import { Executor } from "effect-futures"
import { Trace } from "effect-futures/trace"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** A folder that is gone with the scope. */
export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-trace-"))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true }))
)

export type Ended = Extract<Executor.Event, { readonly _tag: "Ended" }>

/** Collects the ends of an executor's tasks. `ends` waits until it has ended. */
export const collectEnds = (executor: Executor.Executor<unknown>) =>
  Effect.map(Effect.forkChild(Stream.runCollect(Executor.events(executor)), { startImmediately: true }), (fiber) => ({
    ends: Effect.map(Fiber.join(fiber), (events) => Array.from(events).filter((event) => event._tag === "Ended"))
  }))

/** Records in a scope of its own, which `close` closes. */
export const recordTo = (file: string, executors: Parameters<typeof Trace.record>[0], bufferSize?: number) =>
  Effect.gen(function* () {
    const scope = yield* Scope.make()
    const recording = yield* Scope.provide(Trace.record(executors, { file, bufferSize }), scope)
    return { recording, close: Scope.close(scope, Exit.void) }
  })

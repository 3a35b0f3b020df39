import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import type { EngineOptions } from "../../executor/Engine.ts"
import type { Run, TaskFuture } from "../../executor/TaskFuture.ts"
import { whenCallEncodable } from "../codec/encodeCall.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import { RemoteCallAwaiter } from "./RemoteCallAwaiter.ts"
import type { TaskWorker } from "./TaskWorker.ts"

/** The body of a task's fiber, for code that runs elsewhere: it waits for the code, and stops it if the fiber is interrupted. */
export const remoteBody: EngineOptions["body"] = <A, E>(effect: Effect.Effect<A, E>, run: Run) =>
  Effect.callback((resume: (effect: Effect.Effect<unknown, unknown>) => void) => {
    // The executor takes nothing but tasks.
    const awaiter = new RemoteCallAwaiter(effect as Task<unknown, unknown>, run, resume)
    awaiter.start()
    return Effect.suspend(() => awaiter.stop)
    // The type is what the task says it succeeds and fails with, with what its executor adds.
  }) as Effect.Effect<A, E>

/** Starts a task without a fiber, as nearly all tasks are until they have ended. */
export const startRemote = (future: TaskFuture<unknown, unknown>): void => {
  const task = future.effect as Task<unknown, unknown>
  const lease = future.taskRun!.lease
  // A fiber does the waiting.
  if (lease === undefined || whenCallEncodable(task) !== undefined) return void future.ownFiber
  // The executor has no other workers, and they hand over nothing else.
  const worker = lease.worker as TaskWorker
  const call = (future.handedOver as RemoteCall | undefined) ?? worker.hand(future, task)
  if (call instanceof TaskEncodingError) future.ended(Exit.fail(call))
  else if (call.end !== undefined) call.finish(call.end)
}

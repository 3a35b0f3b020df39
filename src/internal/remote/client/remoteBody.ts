import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import type { EngineOptions } from "../../executor/Engine.ts"
import type { Run, TaskFuture } from "../../executor/TaskFuture.ts"
import type { CallEnd } from "../Call.ts"
import { whenCallEncodable } from "../codec/encodeCall.ts"
import { exitOfCall } from "./exitOfCall.ts"
import type { RemoteCall } from "./RemoteCall.ts"
import type { TaskWorker } from "./TaskWorker.ts"

type Resume = (effect: Effect.Effect<unknown, unknown>) => void

/** The body of a task's fiber, for code that runs elsewhere: it waits for the code, and stops it if the fiber is interrupted. */
export const remoteBody: EngineOptions["body"] = <A, E>(effect: Effect.Effect<A, E>, run: Run) =>
  Effect.callback(
    (resume: Resume) =>
      // The executor takes nothing but tasks.
      waitFor(effect as Task<unknown, unknown>, run, resume)
    // The type has the task's result and errors, and the errors that the executor adds.
  ) as Effect.Effect<A, E>

/** Hands the task over to its worker, unless that was done before, and waits for its end. The result stops it. */
const waitFor = (task: Task<unknown, unknown>, run: Run, resume: Resume): Effect.Effect<void> => {
  const future = run.task
  let call: RemoteCall | undefined
  let isOver = false

  const ended = (exit: Exit.Exit<unknown, unknown>): void => {
    isOver = true
    call = undefined
    future.leftWorker()
    resume(exit)
  }

  const moved = (): void => {
    isOver = true
    call = undefined
    future.parkAgain(task, resume)
  }

  const start = (): void => {
    if (isOver || run.lease === undefined) return
    // The worker has died since the fiber was resumed. The task waits for another one, or has it already.
    if (future.taskRun !== run) return moved()
    const ready = whenCallEncodable(task)
    if (ready !== undefined) return void ready.then(start)
    const worker = workerOf(run.lease)
    if (!worker.isAlive && future.handedOver === undefined) return future.engine.moveLate(future, moved)
    const handed = handOver(future, task, worker)
    if (handed instanceof TaskEncodingError) return ended(Exit.fail(handed))
    call = handed
    call.followedBy({ ended: (end, call) => ended(exitOfCall(end, call)), moved })
    if (call.end !== undefined) ended(exitOfCall(call.end, call))
  }

  /** Run when the fiber is interrupted. Ends when no code of the task runs any more. */
  const stop = Effect.callback<void>((resume) => {
    const running = call
    isOver = true
    const gone = (after: Effect.Effect<void>) => {
      future.leftWorker()
      resume(after)
    }
    if (running === undefined || running.revoke()) return gone(Effect.void)
    running.followedBy({
      moved: () => gone(Effect.void),
      ended(end) {
        if (end._tag === "Stopped") run.stoppedAt(end.stuckAt)
        gone(defectsIn(end, running))
      }
    })
    running.worker.handle.stop(running)
  })

  start()
  return stop
}

/** Starts a task without a fiber, as nearly all tasks are until they have ended. */
export const startRemote = (future: TaskFuture<unknown, unknown>): void => {
  const task = future.effect as Task<unknown, unknown>
  const lease = future.taskRun!.lease
  // A fiber does the waiting.
  if (lease === undefined || whenCallEncodable(task) !== undefined) return void future.ownFiber
  const call = handOver(future, task, workerOf(lease))
  if (call instanceof TaskEncodingError) future.ended(Exit.fail(call))
  else if (call.end !== undefined) call.finish(call.end)
}

// The executor has no other kind of worker, and its workers hand over no other kind of call.
const workerOf = (lease: NonNullable<Run["lease"]>): TaskWorker => lease.worker as TaskWorker

const handOver = (
  future: TaskFuture<unknown, unknown>,
  task: Task<unknown, unknown>,
  worker: TaskWorker
): RemoteCall | TaskEncodingError => (future.handedOver as RemoteCall | undefined) ?? worker.hand(future, task)

/** Defects of the task's finalizers. */
const defectsIn = (end: CallEnd, call: RemoteCall): Effect.Effect<void> => {
  if (end._tag !== "Failure") return Effect.void
  const exit = exitOfCall(end, call)
  const defects = Exit.isFailure(exit) ? exit.cause.reasons.filter((reason) => reason._tag === "Die") : []
  return defects.length === 0 ? Effect.void : Exit.failCause(Cause.fromReasons<never>(defects))
}

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../Errors.ts"
import type { Task } from "../../../Task.ts"
import type { Run } from "../../executor/TaskFuture.ts"
import type { CallEnd } from "../Call.ts"
import { whenCallEncodable } from "../codec/encodeCall.ts"
import type { RemoteCall, Follower } from "./RemoteCall.ts"
import { exitOfCall } from "./exitOfCall.ts"
import type { TaskWorker } from "./TaskWorker.ts"

/** Waits in a task's fiber for code that runs elsewhere. */
export class RemoteCallAwaiter implements Follower {
  private readonly task: Task<unknown, unknown, unknown>
  private readonly run: Run
  private readonly resume: (effect: Effect.Effect<unknown, unknown>) => void
  private call: RemoteCall | undefined
  private isOver = false

  constructor(
    task: Task<unknown, unknown, unknown>,
    run: Run,
    resume: (effect: Effect.Effect<unknown, unknown>) => void
  ) {
    this.task = task
    this.run = run
    this.resume = resume
  }

  /** Hands the task over to its worker, unless that was done before, and waits for its end. */
  start(): void {
    const { lease, task: future } = this.run
    if (this.isOver || lease === undefined) return
    // The worker has died since the fiber was resumed. The task waits for another one, or has it already.
    if (future.taskRun !== this.run) return this.moved()
    const ready = whenCallEncodable(this.task)
    if (ready !== undefined) return void ready.then(() => this.start())
    // The executor has no other kind of worker, and its workers hand over no other kind of call.
    const worker = lease.worker as TaskWorker
    if (!worker.isAlive && future.handedOver === undefined) {
      return future.engine.moveLate(future, () => this.moved())
    }
    const call = (future.handedOver as RemoteCall | undefined) ?? worker.hand(future, this.task)
    if (call instanceof TaskEncodingError) return this.end(Exit.fail(call))
    this.call = call
    call.followedBy(this)
    if (call.end !== undefined) this.ended(call.end, call)
  }

  ended(end: CallEnd, call: RemoteCall): void {
    this.end(exitOfCall(end, call))
  }

  moved(): void {
    this.isOver = true
    this.call = undefined
    this.run.task.parkAgain(this.task as Task<unknown, unknown>, this.resume)
  }

  private end(exit: Exit.Exit<unknown, unknown>): void {
    this.isOver = true
    this.call = undefined
    this.run.task.leftWorker()
    this.resume(exit)
  }

  /** Run when the fiber is interrupted. Ends when no code of the task runs any more. */
  get stop(): Effect.Effect<void> {
    return Effect.callback((resume) => {
      const { call, run } = this
      this.isOver = true
      const gone = (after: Effect.Effect<void>) => {
        run.task.leftWorker()
        resume(after)
      }
      if (call === undefined || call.revoke()) return gone(Effect.void)
      call.followedBy({
        moved: () => gone(Effect.void),
        ended: (end) => {
          if (end._tag === "Stopped") run.stoppedAt(end.stuckAt)
          gone(defectsIn(end, call))
        }
      })
      call.worker.handle.stop(call)
    })
  }
}

/** Defects of the task's finalizers. */
const defectsIn = (end: CallEnd, call: RemoteCall): Effect.Effect<void> => {
  if (end._tag !== "Failure") return Effect.void
  const exit = exitOfCall(end, call)
  const defects = Exit.isFailure(exit) ? exit.cause.reasons.filter((reason) => reason._tag === "Die") : []
  return defects.length === 0 ? Effect.void : Exit.failCause(Cause.fromReasons<never>(defects))
}

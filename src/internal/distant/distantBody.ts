import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { TaskEncodingError, WorkerCrashedError } from "../../Errors.ts"
import type { Task } from "../../Task.ts"
import type { EngineOptions } from "../executor/Engine.ts"
import type { TaskRun } from "../executor/TaskRun.ts"
import { blameArgument } from "../worker/blameArgument.ts"
import type { CallEnd } from "../worker/Call.ts"
import { decodeReply } from "../worker/decodeReply.ts"
import { whenCallEncodable } from "../worker/encodeCall.ts"
import { DistantCall } from "./DistantCall.ts"
import { HandledWorker } from "./HandledWorker.ts"

/** What the fiber of a task does whose code runs elsewhere: waits for it, and sees to it that it stops when the fiber is to. */
export const distantBody: EngineOptions["body"] = <A, E>(effect: Effect.Effect<A, E>, run: TaskRun) =>
  Effect.callback((resume: (exit: Exit.Exit<unknown, unknown>) => void) => {
    // The executor takes nothing but tasks.
    const errand = new Errand(effect as Task<unknown, unknown>, run, resume)
    const ready = whenCallEncodable(errand.task)
    if (ready === undefined) errand.start()
    else void ready.then(errand.start)
    return errand.stop
    // What the task says it succeeds and fails with, with what its executor adds.
  }) as Effect.Effect<A, E>

/** One task on its way to a worker and back. */
class Errand {
  readonly task: Task<unknown, unknown, unknown>
  private readonly run: TaskRun
  private readonly resume: (exit: Exit.Exit<unknown, unknown>) => void
  private call: DistantCall | undefined
  private isOver = false

  constructor(
    task: Task<unknown, unknown, unknown>,
    run: TaskRun,
    resume: (exit: Exit.Exit<unknown, unknown>) => void
  ) {
    this.task = task
    this.run = run
    this.resume = resume
  }

  /** Hands the task over to the worker that it has, unless that was done ahead of time. */
  readonly start = (): void => {
    const { lease, startError, task: future } = this.run
    if (this.isOver) return
    if (startError !== undefined) return this.end(Exit.fail(startError.error))
    // Its worker has died, and there is no other yet.
    if (lease === undefined) return this.run.whenLeased(this.start)
    // The executor has no other workers.
    const call = future.handedOver ?? (lease.worker as HandledWorker).hand(future, this.task)
    if (call instanceof TaskEncodingError) return this.end(Exit.fail(call))
    this.follow(call as DistantCall)
  }

  private follow(call: DistantCall): void {
    this.call = call
    if (call.end !== undefined) return this.ended(call.end)
    call.onEnd = this.ended
    call.onMoved = () => {
      this.call = undefined
      this.run.whenLeased(this.start)
    }
  }

  private readonly ended = (end: CallEnd): void => this.end(exitOf(end, this.call!))

  private end(exit: Exit.Exit<unknown, unknown>): void {
    this.isOver = true
    this.call = this.run.task.handedOver = undefined
    this.resume(exit)
  }

  /** The fiber is interrupted: done when nothing of the task goes on. */
  readonly stop: Effect.Effect<void> = Effect.callback<void>((resume) => {
    const { call, run } = this
    this.isOver = true
    const gone = (after: Effect.Effect<void>) => {
      run.task.handedOver = undefined
      resume(after)
    }
    if (call === undefined || call.takeBack()) return gone(Effect.void)
    call.onMoved = () => gone(Effect.void)
    call.onEnd = (end) => {
      if (end._tag === "Stopped") run.stuckAt = end.stuckAt
      gone(defectsIn(end, call))
    }
    call.worker.handle.stop(call)
  })
}

/** What went wrong in it while it cleaned up. */
const defectsIn = (end: CallEnd, call: DistantCall): Effect.Effect<void> => {
  if (end._tag !== "Failure") return Effect.void
  const exit = exitOf(end, call)
  const defects = Exit.isFailure(exit) ? exit.cause.reasons.filter((reason) => reason._tag === "Die") : []
  return defects.length === 0 ? Effect.void : Exit.failCause(Cause.fromReasons<never>(defects))
}

const exitOf = (end: CallEnd, call: DistantCall): Exit.Exit<unknown, unknown> => {
  const { name } = call.future
  const { worker } = call
  switch (end._tag) {
    case "Success":
    case "Failure":
      return decodeReply(end, call.task, name, worker.name)
    case "Crashed": {
      const { exitCode, reason, signal, stderr } = end
      return Exit.fail(new WorkerCrashedError({ task: name, worker: worker.name, exitCode, signal, stderr, reason }))
    }
    case "NotSent":
      return Exit.fail(blameArgument(call, end.reason))
    // Nobody here has asked for that: the worker is closed.
    case "Withdrawn":
    case "Stopped":
      return Exit.interrupt()
  }
}

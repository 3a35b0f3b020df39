import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"
import { Observer } from "./Observer.ts"
import { unknown } from "./TaskTimes.ts"
import type { TaskFuture } from "../TaskFuture.ts"
import type { Outcome } from "../TaskOwner.ts"

type Task = TaskFuture<unknown, unknown>

const nanos = (micros: number): bigint => BigInt(Math.round(micros)) * 1000n

/** The context of a submission with a span for the task. The task's own spans are its children. */
export const inSpan = (context: Context.Context<never>, executor: string, task: string): Context.Context<never> => {
  const parent = Context.getOption(context, Tracer.ParentSpan)
  const span = Context.get(context, Tracer.Tracer).span({
    name: task,
    parent,
    annotations: Context.empty(),
    links: [],
    startTime: Context.get(context, Clock.Clock).currentTimeNanosUnsafe(),
    kind: "internal",
    root: false,
    sampled: Option.match(parent, { onNone: () => true, onSome: ({ sampled }) => sampled })
  })
  span.attribute("executor", executor)
  // The type no longer includes the span, which does no harm.
  return Context.add(context, Tracer.ParentSpan, span) as Context.Context<never>
}

/** Notes in the spans of tasks how long they waited, and how they ended. */
export class SpanObserver extends Observer {
  override readonly needsPhases = false
  override readonly needsOrigins = false

  override started(task: Task): void {
    const { attempt, started, submitted, worker } = task.times!
    const waited = submitted === unknown ? {} : { "wait.millis": (started - submitted) / 1000 }
    spanOf(task)?.event("started", nanos(started), { ...waited, worker, attempt })
  }

  override ended(task: Task, outcome: Outcome): void {
    const span = spanOf(task)
    span?.attribute("outcome", outcome)
    if (task.exit !== undefined) span?.end(nanos(task.times!.ended), task.exit)
  }
}

const spanOf = (task: Task): Tracer.Span | undefined => {
  const span = Option.getOrUndefined(Context.getOption(task.submitContext.context, Tracer.ParentSpan))
  return span?._tag === "Span" ? span : undefined
}

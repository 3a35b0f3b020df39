import { type Duration, Effect, Option } from "effect"
import { type Executor, FiberExecutor, type TaskTimeoutError } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"

/** An executor for each stage, so that each has a bound, a timeout and statistics of its own. */
export interface Stages {
  readonly walk: Executor.EffectExecutor<TaskTimeoutError>
  readonly read: Executor.EffectExecutor<TaskTimeoutError>
  /** The stage that computes is on threads, as many as there are cores, or in other processes. */
  readonly analyse: Executor.Executor<Executor.Failure>
}

/** The executors end with the scope. */
export const makeStages = Effect.fnUntraced(function* (
  timeout: Option.Option<Duration.Duration>,
  durable?: Executor.Executor<Executor.Failure>
) {
  const stages: Stages = {
    walk: yield* FiberExecutor.make({ name: "walk", maxWorkers: 4 }),
    read: yield* FiberExecutor.make({ name: "read", maxWorkers: 8 }),
    analyse: durable ?? (yield* ThreadExecutor.make({ name: "analyse", timeout: Option.getOrUndefined(timeout) }))
  }
  return stages
})

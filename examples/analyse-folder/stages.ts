import { type Duration, Effect, Option } from "effect"
import { type Executor, FiberExecutor, type TaskTimeoutError } from "effect-futures"

/** An executor for each stage, so that each has a bound, a timeout and statistics of its own. */
export interface Stages {
  readonly walk: Executor.EffectExecutor<TaskTimeoutError>
  readonly read: Executor.EffectExecutor<TaskTimeoutError>
  /** Gets nothing but tasks of a task module, so an executor of any kind will do. */
  readonly analyse: Executor.Executor<Executor.Failure>
}

/** They end with the scope. */
export const makeStages = Effect.fnUntraced(function* (timeout: Option.Option<Duration.Duration>) {
  const stages: Stages = {
    walk: yield* FiberExecutor.make({ name: "walk", maxWorkers: 4 }),
    read: yield* FiberExecutor.make({ name: "read", maxWorkers: 8 }),
    // To move the analysis to worker threads this line is all there is to change.
    analyse: yield* FiberExecutor.make({ name: "analyse", maxWorkers: 4, timeout: Option.getOrUndefined(timeout) })
  }
  return stages
})

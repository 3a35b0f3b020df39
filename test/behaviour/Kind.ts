import type { Duration, Effect, Scope } from "effect"
import type { Executor, TaskModuleError } from "effect-futures"
import type { Gate } from "./Gate.ts"

/** The options that every kind of executor has. */
export interface MakeOptions {
  readonly name?: string
  readonly maxWorkers?: number
  readonly timeout?: Duration.Input
  readonly queueTimeout?: Duration.Input
  readonly capacity?: number
  readonly traced?: boolean
  readonly overflow?: "suspend" | "fail"
  readonly rate?: Executor.Rate
}

/** A kind of executor, as the behaviour table needs it. */
export interface Kind<X extends Executor.Failure> {
  readonly make: (options?: MakeOptions) => Effect.Effect<Executor.Executor<X>, TaskModuleError, Scope.Scope>
  /** A gate that this executor's tasks can come to. */
  readonly gate: Effect.Effect<Gate, never, Scope.Scope>
  /** Whether all that a task says of itself is heard, and not only the last. */
  readonly hearsAll?: false
  /** Lets so much time go by, for the time limits of tasks. */
  readonly elapse: (duration: Duration.Input) => Effect.Effect<void>
}

import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import { Execution, type ExecutionOptions, type Run } from "./Execution.ts"
import { Patience } from "./ExternalIO.ts"
import type { Strategy } from "./strategies/Strategy.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"

/** Runs a program again and again. */
export class World {
  private readonly context: Context.Context<never>
  private readonly options: ExecutionOptions
  private readonly patience = new Patience()

  constructor(context: Context.Context<never>, options: ExecutionOptions) {
    this.context = context
    this.options = options
  }

  /** Whether a wait for real I/O was given up. */
  get hasGivenUp(): boolean {
    return this.patience.isSpent
  }

  /** Runs the program in a schedule of the strategy. Returns a promise only if it waits for something from outside. */
  run(program: Effect.Effect<unknown, unknown>, strategy: Strategy, recorder?: TraceRecorder): Run | Promise<Run> {
    return new Execution(this.context, this.patience, strategy, this.options, recorder).run(program)
  }
}

import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type { TaskLayer } from "./TaskLayer.ts"
/** How the arguments and the outcome of a task are written down to cross to a worker. */
export interface TaskSchemas {
  readonly args: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>>
  readonly success: Schema.ConstraintCodec<unknown, unknown>
  /** None for a function without typed errors. */
  readonly error: Schema.ConstraintCodec<unknown, unknown> | undefined
}
/** A function of a task module: all that its tasks have in common. */
export declare class TaskFunction {
  readonly url: string
  readonly name: string
  readonly schemas: TaskSchemas | undefined
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
  private readonly implementation
  private readonly self
  constructor(options: {
    readonly url: string
    readonly name: string
    readonly schemas: TaskSchemas | undefined
    readonly layer: TaskLayer<never, unknown, unknown> | undefined
    readonly implementation: Function
    /** What `this` is in the function: the record that it was written in. */
    readonly self: object
  })
  /** Calls the function when the effect is run. The services of the module's layer are left to the caller. */
  call(args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown>
  /** The same in this process, where tasks share the module's layer. */
  runInline(args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown>
  private callNow
}

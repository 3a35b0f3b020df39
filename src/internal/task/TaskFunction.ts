import type * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import type { TaskLayer } from "./TaskLayer.ts"

export const TaskTypeId = "~effect-futures/Task" as const

/** How the arguments and the outcome of a task are written down to cross to a worker. */
export interface TaskSchemas {
  readonly args: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>>
  readonly success: Schema.ConstraintCodec<unknown, unknown>
  /** None for a function without typed errors. */
  readonly error: Schema.ConstraintCodec<unknown, unknown> | undefined
}

/** A function of a task module: all that its tasks have in common. */
export class TaskFunction {
  readonly url: string
  readonly name: string
  /** The `id` of its module, which machines know it by that have it in another file. */
  readonly moduleId: string | undefined
  readonly schemas: TaskSchemas | undefined
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
  /** Whether instances of classes cross as plain data, or not at all. */
  readonly instances: "refuse" | "plain"
  private readonly implementation: Function
  private readonly self: object

  constructor(options: {
    readonly url: string
    readonly name: string
    readonly moduleId: string | undefined
    readonly schemas: TaskSchemas | undefined
    readonly layer: TaskLayer<never, unknown, unknown> | undefined
    readonly instances: "refuse" | "plain"
    readonly implementation: Function
    /** What `this` is in the function: the record that it was written in. */
    readonly self: object
  }) {
    this.url = options.url
    this.name = options.name
    this.moduleId = options.moduleId
    this.schemas = options.schemas
    this.layer = options.layer
    this.instances = options.instances
    this.implementation = options.implementation
    this.self = options.self
  }

  /** A function that needs all that this one needs, and does nothing. */
  idle(name: string): TaskFunction {
    const implementation = () => undefined
    return new TaskFunction({ ...this, name, schemas: undefined, implementation, self: {} })
  }

  /** Calls the function itself: what it returns, be it a value, a promise or an effect; and what it throws. */
  invoke(args: ReadonlyArray<unknown>): unknown {
    return Reflect.apply(this.implementation, this.self, args)
  }
}

export const isPromiseLike = (u: unknown): u is PromiseLike<unknown> =>
  Predicate.hasProperty(u, "then") && typeof u.then === "function"

/** `Effect.isEffect`, without loading Effect. */
export const isEffect = (u: unknown): u is Effect.Effect<unknown, unknown, unknown> =>
  Predicate.hasProperty(u, "~effect/Effect")

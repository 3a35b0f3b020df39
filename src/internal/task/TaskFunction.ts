import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
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
export class TaskFunction {
  readonly url: string
  readonly name: string
  readonly schemas: TaskSchemas | undefined
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
  private readonly implementation: Function
  private readonly self: object

  constructor(options: {
    readonly url: string
    readonly name: string
    readonly schemas: TaskSchemas | undefined
    readonly layer: TaskLayer<never, unknown, unknown> | undefined
    readonly implementation: Function
    /** What `this` is in the function: the record that it was written in. */
    readonly self: object
  }) {
    this.url = options.url
    this.name = options.name
    this.schemas = options.schemas
    this.layer = options.layer
    this.implementation = options.implementation
    this.self = options.self
  }

  /** Calls the function when the effect is run. The services of the module's layer are left to the caller. */
  call(args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> {
    return Effect.suspend(() => this.callNow(args))
  }

  /** The same in this process, where tasks share the module's layer. */
  runInline(args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> {
    return this.layer === undefined ? this.callNow(args) : this.layer.provideTo(this.call(args))
  }

  /** Calls the function itself: what it returns, be it a value, a promise or an effect; and what it throws. */
  invoke(args: ReadonlyArray<unknown>): unknown {
    return Reflect.apply(this.implementation, this.self, args)
  }

  private callNow(args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> {
    try {
      const returned = this.invoke(args)
      if (Effect.isEffect(returned)) return returned
      return isPromiseLike(returned) ? Effect.promise(() => returned) : Effect.succeed(returned)
    } catch (defect) {
      return Effect.die(defect)
    }
  }
}

export const isPromiseLike = (u: unknown): u is PromiseLike<unknown> =>
  Predicate.hasProperty(u, "then") && typeof u.then === "function"

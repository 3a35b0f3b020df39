import type { Task } from "../../Task.ts"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { hasProperty } from "../hasProperty.ts"
import type { TaskLayer } from "./TaskLayer.ts"

export const TaskTypeId = "~effect-futures/Task" as const
export const StreamTaskTypeId = "~effect-futures/StreamTask" as const

/** How the arguments and the outcome of a task are written down to cross to a worker. */
export interface TaskSchemas {
  readonly args: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>>
  readonly success: Schema.ConstraintCodec<unknown, unknown>
  /** None for a function without typed errors. */
  readonly error: Schema.ConstraintCodec<unknown, unknown> | undefined
}

// No function of a module that can be run has such a name by mistake.
const streamingPrefix = "effect-futures/stream "

export const streamingName = (name: string): string => streamingPrefix + name

/** The name of the function that is read as a stream by this one, if it is one of those. */
export const nameOfStreaming = (name: string): string | undefined =>
  name.startsWith(streamingPrefix) ? name.slice(streamingPrefix.length) : undefined

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
  /** Whether what it returns is a stream to be read from elsewhere, whose elements `schemas.success` is for. */
  readonly isStreaming: boolean
  private readonly implementation: Function
  private readonly self: object
  private knownStreaming: TaskFunction | undefined = undefined

  constructor(options: {
    readonly url: string
    readonly name: string
    readonly moduleId: string | undefined
    readonly schemas: TaskSchemas | undefined
    readonly layer: TaskLayer<never, unknown, unknown> | undefined
    readonly instances: "refuse" | "plain"
    readonly implementation: Function
    readonly isStreaming?: boolean
    /** The `this` of the function: the record that it was written in. */
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
    this.isStreaming = options.isStreaming === true
  }

  /** A function of the same file that does nothing. */
  idle(name: string, layer: TaskFunction["layer"]): TaskFunction {
    const implementation = () => undefined
    return new TaskFunction({ ...this, name, layer, schemas: undefined, implementation, self: {} })
  }

  /** A variant of the function whose result is read as a stream. Its name is for workers. */
  get streaming(): TaskFunction {
    const { implementation, self } = this
    return (this.knownStreaming ??= new TaskFunction({
      ...this,
      name: streamingName(this.name),
      implementation,
      self,
      isStreaming: true
    }))
  }

  /** Calls the function itself: what it returns, be it a value, a promise or an effect; and what it throws. */
  invoke(args: ReadonlyArray<unknown>): unknown {
    return Reflect.apply(this.implementation, this.self, args)
  }
}

export const isPromiseLike = (u: unknown): u is PromiseLike<unknown> =>
  hasProperty(u, "then") && typeof u.then === "function"

/** `Effect.isEffect`, without loading Effect. */
export const isEffect = (u: unknown): u is Effect.Effect<unknown, unknown, unknown> => hasProperty(u, "~effect/Effect")

/** Whether it is the call of a task function. Every submission asks this, and `Predicate.hasProperty` is slow where it has seen many kinds of objects. */
export const isTask = (u: unknown): u is Task<unknown, unknown, unknown> =>
  typeof u === "object" && u !== null && TaskTypeId in u

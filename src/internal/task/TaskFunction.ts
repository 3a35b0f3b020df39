import type { Task } from "../../Task.ts"
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { hasProperty } from "../hasProperty.ts"
import type { TaskLayer } from "./TaskLayer.ts"

export const TaskTypeId = "~effect-futures/Task" as const
export const StreamTaskTypeId = "~effect-futures/StreamTask" as const

/** The Schemas by which the arguments and the outcome of a task cross to a worker. */
export interface TaskSchemas {
  readonly args: ReadonlyArray<Schema.ConstraintCodec<unknown, unknown>>
  readonly success: Schema.ConstraintCodec<unknown, unknown>
  /** Missing for a function without typed errors. */
  readonly error: Schema.ConstraintCodec<unknown, unknown> | undefined
}

// No function of a task module has such a name by accident.
const streamingPrefix = "effect-futures/stream "

const streamingName = (name: string): string => streamingPrefix + name

/** The name of the function of which this is the streaming variant, if it is one. */
export const nameOfStreaming = (name: string): string | undefined =>
  name.startsWith(streamingPrefix) ? name.slice(streamingPrefix.length) : undefined

/** A function of a task module, with everything that its tasks share. */
export class TaskFunction {
  readonly url: string
  readonly name: string
  /** The `id` of its module, by which machines find it. */
  readonly moduleId: string | undefined
  readonly schemas: TaskSchemas | undefined
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
  /** Whether instances of classes cross as plain data, or are refused. */
  readonly instances: "refuse" | "plain"
  /** Whether its result is a stream that is read from elsewhere. Then `schemas.success` is for the elements. */
  readonly isStreaming: boolean
  private readonly implementation: Function
  private readonly self: object
  private knownStreaming: TaskFunction | undefined = undefined

  constructor(
    options: Pick<TaskFunction, "url" | "name" | "moduleId" | "schemas" | "layer" | "instances"> & {
      readonly implementation: Function
      readonly isStreaming?: boolean
      /** The `this` of the function: the record that contains it. */
      readonly self: object
    }
  ) {
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

  /** Calls the function itself, which may return a value, a promise or an effect, or throw. */
  invoke(args: ReadonlyArray<unknown>): unknown {
    return Reflect.apply(this.implementation, this.self, args)
  }
}

export const isPromiseLike = (u: unknown): u is PromiseLike<unknown> => {
  try {
    return hasProperty(u, "then") && typeof u.then === "function"
  } catch {
    // A getter or a Proxy that throws: whoever reads the value will say so.
    return false
  }
}

/** `Effect.isEffect`, without loading Effect. `false` for an object whose traps throw. */
export const isEffect = (u: unknown): u is Effect.Effect<unknown, unknown, unknown> => hasProperty(u, "~effect/Effect")

/**
 * Whether a value is the call of a task function. Every submission asks this, and a shared `hasProperty` is slow once it has seen many kinds
 * of objects.
 */
export const isTask = (u: unknown): u is Task<unknown, unknown, unknown> => {
  try {
    return typeof u === "object" && u !== null && TaskTypeId in u
  } catch {
    return false
  }
}

import { hasProperty } from "../hasProperty.ts"
import type { Fn } from "../../Task.ts"
import type { TaskSchemas } from "./TaskFunction.ts"

export const TypeId = "~effect-futures/Task/Fn" as const

const identity = <A>(a: A): A => a
const variance = { _Args: identity, _A: identity, _E: identity, _R: identity }

/** A function with Schemas, before a module has given it a name. */
export class TaskFn<in Args extends ReadonlyArray<unknown>, out A, out E, out R> implements Fn<Args, A, E, R> {
  readonly [TypeId]: Fn<Args, A, E, R>[typeof TypeId] = variance
  readonly schemas: TaskSchemas
  readonly implementation: Function

  constructor(schemas: TaskSchemas, implementation: Function) {
    this.schemas = schemas
    this.implementation = implementation
  }
}

export const isTaskFn = (u: unknown): u is TaskFn<never, unknown, unknown, unknown> => hasProperty(u, TypeId)

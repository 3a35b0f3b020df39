import type { Fn } from "../Task.ts"
import type { TaskSchemas } from "./TaskFunction.ts"
export declare const TypeId: "~effect-futures/Task/Fn"
/** A function with Schemas, before a module has given it a name. */
export declare class TaskFn<in Args extends ReadonlyArray<unknown>, out A, out E, out R> implements Fn<Args, A, E, R> {
  readonly [TypeId]: Fn<Args, A, E, R>[typeof TypeId]
  readonly schemas: TaskSchemas
  readonly implementation: Function
  constructor(schemas: TaskSchemas, implementation: Function)
}
export declare const isTaskFn: (u: unknown) => u is TaskFn<never, unknown, unknown, unknown>

import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import { NodeInspectSymbol } from "effect/Inspectable"
import type { Task } from "../Task.ts"
import type { TaskFunction } from "./TaskFunction.ts"
export declare const TypeId: "~effect-futures/Task"
declare const FunctionKey: "~effect-futures/Task/function"
/** A call that has not been made yet. Programs make a great many, so it holds no more than it must. */
export declare class TaskImpl
  extends Effectable.Class<unknown, unknown, unknown>
  implements Task<unknown, unknown, unknown>
{
  #private
  readonly [TypeId]: typeof TypeId
  readonly url: string
  readonly name: string
  readonly args: ReadonlyArray<unknown>
  constructor(fn: TaskFunction, args: ReadonlyArray<unknown>)
  get [FunctionKey](): TaskFunction
  asEffect(): Effect.Effect<unknown, unknown, unknown>
  toString(): string
  toJSON(): unknown
  [NodeInspectSymbol](): string
}
/** The function that a task is a call of, for whoever sends it somewhere or runs it there. */
export declare const functionOf: (task: Task<unknown, unknown, unknown>) => TaskFunction
export {}

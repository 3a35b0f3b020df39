import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import { NodeInspectSymbol } from "effect/Inspectable"
import type { Task } from "../../Task.ts"
import type { TaskFunction } from "./TaskFunction.ts"

export const TypeId = "~effect-futures/Task" as const

const FunctionKey = "~effect-futures/Task/function" as const

/** A call that has not been made yet. Programs make a great many, so it holds no more than it must. */
export class TaskImpl extends Effectable.Class<unknown, unknown, unknown> implements Task<unknown, unknown, unknown> {
  declare readonly [TypeId]: typeof TypeId
  readonly url: string
  readonly name: string
  readonly args: ReadonlyArray<unknown>
  // Private, so that whoever prints, compares or clones a task sees none of the machinery.
  readonly #fn: TaskFunction

  constructor(fn: TaskFunction, args: ReadonlyArray<unknown>) {
    super()
    this.url = fn.url
    this.name = fn.name
    this.args = args
    this.#fn = fn
  }

  // By a string, so that a second copy of this package can read it too.
  get [FunctionKey](): TaskFunction {
    return this.#fn
  }

  override asEffect(): Effect.Effect<unknown, unknown, unknown> {
    return this.#fn.runInline(this.args)
  }

  override toString(): string {
    const count = this.args.length
    return `Task(${JSON.stringify(this.name)}, ${count} ${count === 1 ? "arg" : "args"})`
  }

  override toJSON(): unknown {
    return this.toString()
  }

  override [NodeInspectSymbol](): string {
    return this.toString()
  }
}

Object.defineProperty(TaskImpl.prototype, TypeId, { value: TypeId })

/** The function that a task is a call of, for whoever sends it somewhere or runs it there. */
export const functionOf = (task: Task<unknown, unknown, unknown>): TaskFunction =>
  // Nothing else makes tasks: a `Task` is a `TaskImpl`, though perhaps of another copy of this package.
  (task as TaskImpl)[FunctionKey]

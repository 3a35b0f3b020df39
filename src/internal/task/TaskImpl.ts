import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import { NodeInspectSymbol } from "effect/Inspectable"
import type { Task } from "../../Task.ts"
import { isPromiseLike, type TaskFunction, TaskTypeId } from "./TaskFunction.ts"

const FunctionKey = "~effect-futures/Task/function" as const

/** A call that has not been made yet. Programs make a great many, so it holds no more than it must. */
export class TaskImpl extends Effectable.Class<unknown, unknown, unknown> implements Task<unknown, unknown, unknown> {
  declare readonly [TaskTypeId]: typeof TaskTypeId
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
    const { layer } = this.#fn
    return layer === undefined ? callNow(this.#fn, this.args) : layer.provideTo(callOf(this.#fn, this.args))
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

Object.defineProperty(TaskImpl.prototype, TaskTypeId, { value: TaskTypeId })

/** The call of a function as an effect. The services of the module's layer are left to the caller. */
export const callOf = (fn: TaskFunction, args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> =>
  Effect.suspend(() => callNow(fn, args))

const callNow = (fn: TaskFunction, args: ReadonlyArray<unknown>): Effect.Effect<unknown, unknown, unknown> => {
  try {
    const returned = fn.invoke(args)
    if (Effect.isEffect(returned)) return returned
    return isPromiseLike(returned) ? Effect.promise(() => returned) : Effect.succeed(returned)
  } catch (defect) {
    return Effect.die(defect)
  }
}

/** The function that a task is a call of, for whoever sends it somewhere or runs it there. */
export const functionOf = (task: Task<unknown, unknown, unknown>): TaskFunction =>
  // Nothing else makes tasks: a `Task` is a `TaskImpl`, though perhaps of another copy of this package.
  (task as TaskImpl)[FunctionKey]

import type * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Equal from "effect/Equal"
import * as Hash from "effect/Hash"
import { NodeInspectSymbol } from "effect/Inspectable"
import type { Task } from "../../Task.ts"
import type * as Stream from "effect/Stream"
import { callOf } from "./callOf.ts"
import { StreamTaskTypeId, type TaskFunction, TaskTypeId } from "./TaskFunction.ts"
import { taskStream } from "./taskStream.ts"

const FunctionKey = "~effect-futures/Task/function" as const

/** The key by which Effect recognizes a stream. */
const StreamTypeId: Stream.TypeId = "~effect/Stream"

const identity = <A>(a: A): A => a

/**
 * A call that has not been made. Programs make a great many, so it holds as little as possible.
 *
 * Whether the function returns a stream is known only when it is called. So this is an effect and a stream, and the types show one of the
 * two.
 */
export class TaskImpl
  extends Effectable.Class<unknown, unknown, unknown>
  implements Task<unknown, unknown, unknown>, Equal.Equal
{
  declare readonly [TaskTypeId]: typeof TaskTypeId
  readonly url: string
  readonly name: string
  readonly args: ReadonlyArray<unknown>
  // Private, so that printing, comparing or cloning a task shows none of the machinery.
  readonly #fn: TaskFunction

  constructor(fn: TaskFunction, args: ReadonlyArray<unknown>) {
    super()
    this.url = fn.url
    this.name = fn.name
    this.args = args
    this.#fn = fn
  }

  // A string as key, so that a second copy of this package can read it, too.
  get [FunctionKey](): TaskFunction {
    return this.#fn
  }

  override asEffect(): Effect.Effect<unknown, unknown, unknown> {
    const { layer } = this.#fn
    return layer === undefined ? callOf(this.#fn, this.args) : layer.provideTo(callOf(this.#fn, this.args))
  }

  /** The call as a stream. */
  get channel(): Stream.Stream<unknown, unknown, unknown>["channel"] {
    return taskStream(this.#fn, this.args).channel
  }

  // Compared by function and arguments. Effect would otherwise look into everything, and make a stream each time.
  [Equal.symbol](that: Equal.Equal): boolean {
    return FunctionKey in that && that[FunctionKey] === this.#fn && Equal.equals(this.args, (that as TaskImpl).args)
  }

  [Hash.symbol](): number {
    return Hash.combine(Hash.string(`${this.url} ${this.name}`), Hash.hash(this.args))
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
Object.defineProperty(TaskImpl.prototype, StreamTaskTypeId, { value: StreamTaskTypeId })
Object.defineProperty(TaskImpl.prototype, StreamTypeId, { value: { _A: identity, _E: identity, _R: identity } })

/** The function of a task, for code that sends or runs it. */
export const functionOf = (task: Task<unknown, unknown, unknown>): TaskFunction =>
  // Every `Task` is a `TaskImpl`, though perhaps of another copy of this package.
  (task as TaskImpl)[FunctionKey]

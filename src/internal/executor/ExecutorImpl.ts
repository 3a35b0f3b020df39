import type * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import { identity } from "effect/Function"
import * as Hash from "effect/Hash"
import { pipeArguments } from "effect/Pipeable"
import type * as Scope from "effect/Scope"
import { type ExecutorShutdownError, InvalidOptionsError, type QueueFullError } from "../../Errors.ts"
import type { EffectExecutor, SubmitOptions, Variance } from "../../Executor.ts"
import type { Future } from "../../Future.ts"
import type { Engine } from "./Engine.ts"
import { submit } from "./submit.ts"

export const TypeId = "~effect-futures/Executor" as const

/** An executor, as users have it. Its engine does the work. */
export class ExecutorImpl<X> implements EffectExecutor<X>, Equal.Equal {
  declare readonly [TypeId]: Variance<X>
  readonly #engine: Engine
  readonly name: string

  constructor(engine: Engine) {
    this.#engine = engine
    this.name = engine.name
  }

  get maxWorkers(): number {
    return this.#engine.maxWorkers
  }

  static engineOf(executor: ExecutorImpl<unknown>): Engine {
    return executor.#engine.current
  }

  // An arrow function can be passed on by itself.
  readonly submit = <A, E, R>(effect: Effect.Effect<A, E, R>, options?: SubmitOptions) =>
    // The engine's workers fail tasks with `X`, and the fiber's context has the services `R`.
    submit(this.#engine, effect as Effect.Effect<A, E>, options) as Effect.Effect<
      Future<A, E | X>,
      ExecutorShutdownError | QueueFullError,
      Exclude<R, Scope.Scope>
    >

  pipe() {
    return pipeArguments(this, arguments)
  }

  // A mutable object is compared by reference, not by its fields.
  [Equal.symbol](that: Equal.Equal): boolean {
    return this === that
  }

  [Hash.symbol](): number {
    return Hash.random(this)
  }

  toString(): string {
    const { pending, running } = this.#engine
    return `Executor(${JSON.stringify(this.name)}, ${this.maxWorkers} workers) ${pending} pending, ${running} running`
  }

  toJSON(): string {
    return this.toString()
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}

Object.defineProperty(ExecutorImpl.prototype, TypeId, { value: { _X: identity } })

export const isExecutorImpl = (u: unknown): u is ExecutorImpl<unknown> => u instanceof ExecutorImpl

/** Throws an `InvalidOptionsError` for values that are not executors of this library. */
export const engineOf = (executor: unknown): Engine => {
  if (isExecutorImpl(executor)) return ExecutorImpl.engineOf(executor)
  throw new InvalidOptionsError({
    option: "executor",
    value: executor,
    expected: "an executor, as FiberExecutor.make returns"
  })
}

/** Of an executor or several. Throws an `InvalidOptionsError` for what is neither. */
export const enginesOf = (executors: unknown): ReadonlyArray<Engine> => {
  if (isExecutorImpl(executors)) return [engineOf(executors)]
  if (typeof executors === "object" && executors !== null && Symbol.iterator in executors) {
    return Array.from(executors as Iterable<unknown>, engineOf)
  }
  const expected = "an executor, or several in an array"
  throw new InvalidOptionsError({ option: "executors", value: executors, expected })
}

import * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../../Errors.ts"
import type { SubmitOptions } from "../../Executor.ts"
import { finiteNumber, limitMillis, nonEmptyString, notNegative, optionsObject } from "../options.ts"
import { isTask } from "../task/TaskFunction.ts"

/** The options of one submission, checked, with the executor's defaults filled in. */
export interface SubmitRequest {
  readonly name: string | undefined
  /** Milliseconds, 0 for none. */
  readonly timeout: number
  readonly priority: number
  /** How many tokens of a rate the task takes. */
  readonly cost: number
}

/** Throws an `InvalidOptionsError` for what is not allowed. */
export const submitRequest = (
  effect: Effect.Effect<unknown, unknown>,
  options: SubmitOptions | undefined,
  defaultTimeout: number,
  takes: "effects" | "tasks"
): SubmitRequest => {
  if (!isEffect(effect)) {
    throw new InvalidOptionsError({ option: "task", value: effect, expected: "an Effect or a Task" })
  }
  if (takes === "tasks" && !isTask(effect)) {
    const expected =
      "a Task, as the functions of Task.module return: other effects cannot go to another thread or process"
    throw new InvalidOptionsError({ option: "task", value: effect, expected })
  }
  const name = isTask(effect) ? effect.name : undefined
  if (options === undefined) return { name, timeout: orZero(defaultTimeout), priority: 0, cost: 1 }
  optionsObject(options)
  return {
    name: options.name === undefined ? name : nonEmptyString("name", options.name),
    timeout: orZero(options.timeout === undefined ? defaultTimeout : limitMillis("timeout", options.timeout)),
    priority: options.priority === undefined ? 0 : finiteNumber("priority", options.priority),
    cost: options.cost === undefined ? 1 : notNegative("cost", options.cost)
  }
}

// A faster `Effect.isEffect`: that is slow once it has seen many kinds of objects.
const isEffect = (u: unknown): boolean => {
  try {
    return ((typeof u === "object" && u !== null) || typeof u === "function") && Effect.TypeId in u
  } catch {
    // A Proxy that was revoked, or whose trap throws.
    return false
  }
}

const orZero = (limit: number): number => (limit === Infinity ? 0 : limit)

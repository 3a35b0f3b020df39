import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Pull from "effect/Pull"
import * as Schedule from "effect/Schedule"
import { InvalidOptionsError } from "../../../Errors.ts"
import type { Priority, SubmitOptions } from "../../../durable/DurableExecutor.ts"
import { type SubmitRequest, submitRequest } from "../../executor/submitRequest.ts"
import { optionsOrNone, positiveInteger, waitMillis } from "../../options.ts"
import { show } from "../../show.ts"
import type { Task } from "../../../Task.ts"
import { nameOfStreaming } from "../../task/TaskFunction.ts"
import { functionOf } from "../../task/TaskImpl.ts"
import { storedMillis, storedName } from "../storable.ts"

/** The options of a submission that are stored. */
export interface DurableRequest extends SubmitRequest {
  readonly key: string
  /** Whether the key was given, so that other submissions may have the same. */
  readonly isOwnKey: boolean
  readonly delay: number
  /** Milliseconds from its start, 0 for none. The engine sets no deadline, so its `timeout` is not used. */
  readonly limit: number
  readonly retries: string | null
  readonly maxAttempts: number
  /** The number of the task in the ledger, if it is there already. */
  readonly seq: number | undefined
}

interface RequestDefaults {
  readonly maxAttempts: number
  readonly retry: Schedule.Schedule<unknown, number> | undefined
}

const priorities: Record<string, number> = { high: 100, normal: 0, low: -100 }

/** The function's name among machines. */
export const identityOf = (task: Task<unknown, unknown>): string => {
  const { moduleId, name: ofFunction, url } = functionOf(task)
  const name = nameOfStreaming(ofFunction) ?? ofFunction
  if (moduleId !== undefined) return storedName("task", `${moduleId}/${name}`)
  throw new InvalidOptionsError({
    option: "task",
    value: task,
    expected: `a task whose module has an id, as in Task.module(import.meta.url, { ${name} }, { id: "images" }): other machines have ${url} elsewhere`
  })
}

/** Reads the options of a submission to the ledger. Throws an `InvalidOptionsError`. */
export const durableRequest =
  (defaults: RequestDefaults) =>
  (
    effect: Effect.Effect<unknown, unknown>,
    options: SubmitOptions | undefined,
    defaultTimeout: number,
    takes: "effects" | "tasks"
  ): DurableRequest => {
    const {
      delay,
      key,
      maxAttempts = defaults.maxAttempts,
      priority,
      retry = defaults.retry,
      ...rest
    }: SubmitOptions = optionsOrNone(options)
    const plain = submitRequest(effect, { ...rest, priority: priorityOf(priority) }, defaultTimeout, takes)
    // Executors with `takes: "tasks"` refuse other effects before this.
    identityOf(effect as Task<unknown, unknown>)
    const attempts = checkedAttempts(maxAttempts)
    return {
      ...plain,
      timeout: 0,
      limit: plain.timeout,
      key: key === undefined ? crypto.randomUUID() : checkedKey(key),
      isOwnKey: key !== undefined,
      delay: delay === undefined ? 0 : finite("delay", waitMillis("delay", delay)),
      // A pause more than the attempts can use shows that the schedule would have gone on.
      retries: pausesOf(retry, attempts),
      maxAttempts: attempts,
      seq: undefined
    }
  }

const priorityOf = (priority: Priority | undefined): number | undefined => {
  if (typeof priority !== "string") return priority
  const found = Object.hasOwn(priorities, priority) ? priorities[priority] : undefined
  if (found !== undefined) return found
  throw new InvalidOptionsError({
    option: "priority",
    value: priority,
    expected: `"high", "normal", "low" or a finite number`
  })
}

const longestKey = 512

const checkedKey = (key: unknown): string => {
  const text = storedName("key", key)
  if (text.length <= longestKey) return text
  throw new InvalidOptionsError({ option: "key", value: key, expected: `a string of at most ${longestKey} characters` })
}

const finite = (option: string, millis: number): number => {
  if (millis !== Infinity) return storedMillis(millis)
  throw new InvalidOptionsError({ option, value: millis, expected: `a finite duration, such as "5 minutes"` })
}

/** The row of a task has a pause for each attempt. */
const mostAttempts = 1000

export const checkedAttempts = (value: number): number => {
  if (positiveInteger("maxAttempts", value) <= mostAttempts) return value
  throw new InvalidOptionsError({ option: "maxAttempts", value, expected: `a whole number from 1 to ${mostAttempts}` })
}

type Retry = Schedule.Schedule<unknown, number>

export const checkedRetry = (retry: Retry | undefined): Retry | undefined => {
  if (retry === undefined || Schedule.isSchedule(retry)) return retry
  throw new InvalidOptionsError({ option: "retry", value: retry, expected: "a Schedule" })
}

/**
 * The pauses of a schedule, for at most so many retries, because the machine that tries again does not have the schedule. Its input is the
 * number of the failed attempt. Each task has its own pauses, because a schedule may have jitter.
 */
const pausesOf = (retry: Retry | undefined, most: number): string | null => {
  const schedule = checkedRetry(retry)
  if (schedule === undefined) return null
  const exit = Effect.runSyncExit(steps(schedule, most))
  if (Exit.isSuccess(exit)) return JSON.stringify(exit.value)
  throw new InvalidOptionsError({
    option: "retry",
    value: retry,
    expected: `a Schedule that computes its pauses synchronously: this one ended with ${show(Cause.squash(exit.cause))}`
  })
}

const steps = Effect.fnUntraced(function* (retry: Schedule.Schedule<unknown, number>, most: number) {
  const step = yield* Schedule.toStep(retry)
  const pauses: Array<number> = []
  let now = 0
  while (pauses.length < most) {
    const next = yield* Pull.catchDone(step(now, pauses.length + 1), () => Effect.undefined)
    if (next === undefined) break
    const pause = Duration.toMillis(next[1])
    // An infinite pause means no retry.
    if (pause === Infinity) break
    pauses.push(storedMillis(pause))
    now += pause
  }
  return pauses
})

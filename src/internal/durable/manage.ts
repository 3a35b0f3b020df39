import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { SqlError } from "effect/sql/SqlError"
import { InvalidOptionsError, NoSuchTaskError, StorageError } from "../../Errors.ts"
import type { Depth, Filter, TaskInfo } from "../../durable/DurableExecutor.ts"
import { nonEmptyString, oneOf, optionsObject, positiveInteger, waitMillis } from "../options.ts"
import { clientOf } from "./client/makeDurableExecutor.ts"
import { storedName } from "./storable.ts"
import { Inspection, type Selection } from "./storage/Inspection.ts"
import type { Ledger } from "./storage/Ledger.ts"
import { patiently } from "./storage/patiently.ts"

// Operations on the tasks of an executor, including those that other programs have submitted.

const states = ["pending", "running", "succeeded", "failed", "cancelled"] as const

export const list = (executor: unknown, filter: Filter = {}): Effect.Effect<ReadonlyArray<TaskInfo>, StorageError> =>
  Effect.suspend(() => {
    const { ledger } = clientOf(executor)
    const { limit = 100 } = filter
    return reading(ledger, new Inspection(ledger).list(selection(filter), positiveInteger("limit", limit)))
  })

export const inspect = (executor: unknown, key: string): Effect.Effect<TaskInfo, NoSuchTaskError | StorageError> =>
  Effect.flatMap(list(executor, { key, limit: 1 }), ([found]) => {
    if (found !== undefined) return Effect.succeed(found)
    const { ledger } = clientOf(executor)
    return Effect.fail(new NoSuchTaskError({ executor: ledger.executor, key, task: undefined, found: undefined }))
  })

export const cancel = (executor: unknown, which: string | Filter): Effect.Effect<number, StorageError> =>
  Effect.suspend(() => {
    const client = clientOf(executor)
    const { hub, ledger } = client
    return Effect.gen(function* () {
      const seqs = yield* reading(ledger, new Inspection(ledger).open(selection(which)))
      if (seqs.length === 0) return 0
      const seen = yield* writing(ledger, "cancel tasks", ledger.cancel(seqs, true))
      hub.settled(seen.filter(({ state }) => state !== "running"))
      hub.cancelled(seen.filter(({ state }) => state === "running").map(({ seq }) => seq))
      return seen.length
    })
  })

export const requeue = (executor: unknown, which: string | Filter): Effect.Effect<number, StorageError> =>
  Effect.suspend(() => {
    const { hub, ledger } = clientOf(executor)
    const requeued = writing(ledger, "requeue tasks", new Inspection(ledger).requeue(selection(which)))
    return Effect.tap(requeued, () => Effect.sync(() => hub.work()))
  })

export const depth = (executor: unknown): Effect.Effect<ReadonlyArray<Depth>, StorageError> =>
  Effect.suspend(() => {
    const { ledger } = clientOf(executor)
    return reading(ledger, new Inspection(ledger).depth)
  })

/** Throws an `InvalidOptionsError`. */
const selection = (which: string | Filter): Selection => {
  const { key, olderThan, queue, state, task } =
    typeof which === "string" ? ({ key: which } as Filter) : optionsObject(which)
  const keys = key === undefined ? undefined : typeof key === "string" ? [nonEmptyString("key", key)] : key
  if (keys !== undefined && !Array.isArray(keys)) {
    throw new InvalidOptionsError({ option: "key", value: key, expected: "a string, or an array of strings" })
  }
  return {
    keys,
    states: state === undefined ? undefined : [state].flat().map((each) => oneOf("state", each, states)),
    queue: queue === undefined ? undefined : storedName("queue", queue),
    task: task === undefined ? undefined : storedName("task", task),
    age: olderThan === undefined ? 0 : Math.min(waitMillis("olderThan", olderThan), Duration.toMillis("36500 days"))
  }
}

const reading = <A>(ledger: Ledger, effect: Effect.Effect<A, SqlError>) => writing(ledger, "read tasks", effect)

const writing = <A>({ executor }: Ledger, operation: string, effect: Effect.Effect<A, SqlError>) =>
  Effect.mapError(patiently(effect), (cause) => new StorageError({ executor, operation, cause }))

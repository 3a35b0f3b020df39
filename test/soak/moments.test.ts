import { assert, describe, it, vi } from "@effect/vitest"
import { Cause, Effect, type Exit } from "effect"
import { Future, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import { kinds, type Make, type MakeOptions, names } from "../node/remoteExecutors/support.ts"
import { type End, ends, dyingWhen, type Moment, moments } from "../node/faults/dying.ts"
import { meetAtOnce } from "../node/reliability/meetAtOnce.ts"

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

const endOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (exit._tag === "Success") return `gave ${exit.value}`
  const reason = exit.cause.reasons[0]
  if (reason?._tag !== "Fail") return Cause.pretty(exit.cause)
  if (reason.error instanceof WorkerCrashedError) return "crashed"
  if (reason.error instanceof TaskTimeoutError) return `timed out while ${reason.error.phase}`
  return String(reason.error)
}

const expectedEnd = (moment: Moment, end: End): ReadonlyArray<string> => {
  const isSilent = end === "spins" || end === "is stopped"
  switch (moment) {
    case "importing":
      // An error that a file throws while it is imported is the file's, and its worker goes on.
      if (end === "crashes") return ["crashed", "not loaded"]
      return [isSilent ? "timed out while starting" : "crashed"]
    case "building the layer":
      if (end === "crashes") return ["crashed", "died"]
      return [isSilent ? "timed out while starting" : "crashed"]
    case "running":
      if (end === "crashes") return ["crashed", "died"]
      return [isSilent ? "timed out while running" : "crashed"]
    case "after a task":
    case "idle":
      return ["gave built"]
  }
}

const short = (end: string): string => {
  if (end.startsWith("TaskModuleError")) return "not loaded"
  return end.includes("an error that nobody catches") ? "died" : end
}

const options: MakeOptions = { maxWorkers: 2, grace: "200 millis", startTimeout: "5 seconds" }

describe.each(kinds)("%s: a worker that", (kind, make: Make) => {
  for (const end of ends) {
    for (const moment of moments) {
      it.live(`${end} when it is ${moment} is replaced, and its task ends as it should`, () =>
        Effect.gen(function* () {
          const own = kind === "ProcessExecutor" ? ({ output: "ignore" } as const) : {}
          const executor = yield* make({ ...options, ...own })
          const { call } = dyingWhen(moment, end)
          const future = yield* executor.submit(call(moment, end), { timeout: "500 millis" })
          assert.include(expectedEnd(moment, end), short(endOf(yield* Future.await(future))))
          const isLoaded = moment !== "importing" && moment !== "building the layer"
          // A fault that happened to the worker earlier, or happens while these calls are on their way to it, is not theirs.
          for (let round = 0; isLoaded && round < 3; round++) {
            const after = yield* Effect.forEach(names("after", 20), () => executor.submit(call("nothing", end)))
            for (const each of after) assert.strictEqual(endOf(yield* Future.await(each)), "gave built")
            yield* Effect.sleep("10 millis")
          }
          yield* meetAtOnce(executor, 2)
        })
      )
    }
  }
})

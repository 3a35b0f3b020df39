import { assert } from "@effect/vitest"
import { Cause, Effect, type Exit, Fiber, type Scope } from "effect"
import { Executor, Future, TaskEncodingError, TaskTimeoutError, WorkerCrashedError } from "effect-futures"
import * as fs from "node:fs"
import * as path from "node:path"
import { until } from "../../behaviour/support.ts"
import { type Make, type MakeOptions, names, traces } from "../remoteExecutors/support.ts"
import { type Fault, Faulty, largeLength, markParent, orderOf, type Step, steps } from "./tasks.ts"
import { meetAtOnce } from "../reliability/meetAtOnce.ts"

markParent()

type Any = Executor.Executor<Executor.Failure>

const inParent: ReadonlySet<Step> = new Set(["writing the argument", "reading the result", "reading the error"])

/** Faults of these kinds, in the parent, are the parent's end: `parentFaults.test.ts` has them. */
const isParentsEnd = (step: Step, fault: Fault): boolean =>
  inParent.has(step) && (fault === "exits" || fault === "crashes")

const what = (step: Step): string => {
  if (step.includes("argument")) return "argument 1"
  return step.includes("result") ? "result" : "error"
}

const isErrors = (step: Step): boolean => step.includes("the error")

/** Parts of a call that can never be as large as a process's limit are missing here. */
const expectedEnd = (kind: string, step: Step, fault: Fault): string => {
  switch (fault) {
    case "raises":
    case "is too deep":
      return step === "running" ? "died: RangeError" : `cannot cross: ${what(step)}`
    case "exits":
      return "crashed: exit code 3"
    case "crashes":
      return kind === "ThreadExecutor" ? "crashed: out of memory" : "crashed: SIGKILL"
    case "is too large":
      return isErrors(step) ? `failed with ${largeLength}` : `gave ${largeLength}`
    case "is too slow": {
      if (step === "reading the argument") return "timed out while starting"
      if (!inParent.has(step)) return "timed out while running"
      const { length } = orderOf(step, fault)
      return isErrors(step) ? `failed with ${length}` : `gave ${length}`
    }
  }
}

const crashOf = ({ exitCode, reason, signal }: WorkerCrashedError): string => {
  if (reason instanceof Error && /memory/.test(reason.message)) return "out of memory"
  return signal ?? `exit code ${exitCode}`
}

const endOf = (exit: Exit.Exit<string, unknown>): string => {
  if (exit._tag === "Success") return `gave ${exit.value.length}`
  const reason = exit.cause.reasons[0]
  if (reason?._tag === "Die") return `died: ${reason.defect instanceof Error ? reason.defect.name : reason.defect}`
  const error = reason?._tag === "Fail" ? reason.error : Cause.pretty(exit.cause)
  if (error instanceof TaskEncodingError) return `cannot cross: ${error.what}`
  if (error instanceof WorkerCrashedError) return `crashed: ${crashOf(error)}`
  if (error instanceof TaskTimeoutError) return `timed out while ${error.phase}`
  return typeof error === "string" ? `failed with ${error.length}` : String(error)
}

const optionsOf = (kind: string, fault: Fault): MakeOptions => ({
  maxWorkers: 2,
  grace: "200 millis",
  // Long enough for a worker to start on a busy machine, and the limit of what is too slow before the task runs.
  ...(fault === "is too slow" ? { startTimeout: "4 seconds" } : {}),
  ...(kind === "ThreadExecutor" ? { resourceLimits: { maxOldGenerationSizeMb: 48 } } : { output: "ignore" as const })
})

const submit = (executor: Any, step: Step, fault: Fault) =>
  executor.submit(Faulty.call(orderOf(step, fault)), {
    name: orderOf(step, fault),
    ...(fault === "is too slow" ? { timeout: "300 millis" } : {})
  })

/** A cell of the matrix that an executor is used for, and goes on after. */
const cells = (fault: Fault) => steps.filter((step) => !isParentsEnd(step, fault))

/** Tasks that wait in the same workers, and what became of them. */
const neighbours = (executor: Any, count: number) =>
  Effect.gen(function* () {
    const trace = yield* traces
    const file = `${trace.file}-go`
    const begun = names(`${trace.file}-begun`, count)
    const futures = yield* Effect.forEach(begun, (mark) => executor.submit(Faulty.untilThere(mark, file)))
    yield* until(() => begun.every((mark) => fs.existsSync(mark)))
    return { futures, letGo: Effect.sync(() => fs.writeFileSync(file, path.basename(file))) }
  })

const neighbourEnds = (fault: Fault): ReadonlyArray<string> => {
  if (fault === "raises" || fault === "is too deep" || fault === "is too large") return ["gave 7"]
  // A worker that has to be given up takes them with it.
  return ["gave 7", "crashed"]
}

const checkNeighbours = (fault: Fault, ends: ReadonlyArray<Exit.Exit<string, unknown>>): void => {
  for (const exit of ends) {
    const [end] = endOf(exit).replace("went on", "7").split(":")
    assert.include(neighbourEnds(fault), end, `a neighbour: ${endOf(exit)}`)
  }
}

/** A fault in each step of a call's way, in a situation: the call ends as it should, and the pool is whole. */
export type Situation = (kind: string, make: Make, fault: Fault) => Effect.Effect<void, unknown, Scope.Scope>

/** Alone in its worker. */
export const alone: Situation = (kind, make, fault) =>
  Effect.gen(function* () {
    const executor = yield* make(optionsOf(kind, fault))
    for (const step of cells(fault)) {
      const future = yield* submit(executor, step, fault)
      assert.strictEqual(endOf(yield* Future.await(future)), expectedEnd(kind, step, fault), step)
      yield* meetAtOnce(executor, 2)
    }
  })

/** With other calls in its worker. */
export const withOthers: Situation = (kind, make, fault) =>
  Effect.gen(function* () {
    const executor = yield* make({ ...optionsOf(kind, fault), maxWorkers: 1, concurrency: 3 })
    for (const step of cells(fault)) {
      const { futures, letGo } = yield* neighbours(executor, 2)
      const future = yield* submit(executor, step, fault)
      assert.strictEqual(endOf(yield* Future.await(future)), expectedEnd(kind, step, fault), step)
      yield* letGo
      checkNeighbours(fault, yield* Effect.forEach(futures, Future.await))
      yield* meetAtOnce(executor, 3)
    }
  })

/** While its executor is shut down. */
export const duringShutdown: Situation = (kind, make, fault) =>
  Effect.gen(function* () {
    for (const step of cells(fault)) {
      // The others come after it, in the worker that takes the place of one that has died.
      const executor = yield* make({ ...optionsOf(kind, fault), maxWorkers: 1 })
      const future = yield* submit(executor, step, fault)
      const others = yield* Effect.forEach(names("other", 3), () => submit(executor, "running", "is too large"))
      const closing = yield* Effect.forkChild(Executor.shutdown(executor, { mode: "drain" }))
      assert.strictEqual(endOf(yield* Future.await(future)), expectedEnd(kind, step, fault), step)
      for (const other of others) assert.strictEqual(endOf(yield* Future.await(other)), `gave ${largeLength}`)
      yield* Fiber.join(closing)
      assert.strictEqual((yield* Executor.stats(executor)).workers, 0)
    }
  })

import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaTransformation from "effect/SchemaTransformation"
import * as fs from "node:fs"
import { isMainThread } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

/** The way of a call, in order. */
export const steps = [
  "writing the argument",
  "reading the argument",
  "running",
  "writing the result",
  "reading the result",
  "writing the error",
  "reading the error"
] as const
export type Step = (typeof steps)[number]

export const faults = ["raises", "exits", "crashes", "is too deep", "is too large", "is too slow"] as const
export type Fault = (typeof faults)[number]

/** The fault of a task, and its place. It crosses as a string, so that nothing else can happen to it. */
export const orderOf = (step: Step, fault: Fault): string => `${step}: ${fault}`

export const largeLength = 8_000_000

let isParent = false

/** To be called where tasks are submitted: nobody stops what spins there. */
export const markParent = (): void => {
  isParent = true
}

const pause = (value: string): string => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 30)
  return value
}

const dive = (depth: number): number => dive(depth + 1) + 1

const fillMemory = (): never => {
  const all: Array<unknown> = []
  // In pieces: V8 gives up the whole process if much is needed at once.
  for (;;) all.push(Array.from({ length: 10_000 }, () => all.length))
}

const spin = (): never => {
  for (;;);
}

/** Steps before the task runs are stopped later, so they leave the processor to others. */
const sleep = (): never => {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const commit = (step: Step, fault: string, value: string): string => {
  switch (fault) {
    case "raises":
      throw new RangeError("the fault")
    case "exits":
      return process.exit(3)
    case "crashes":
      if (!isMainThread) return fillMemory()
      process.kill(process.pid, "SIGKILL")
      return spin()
    case "is too deep":
      return String(dive(0))
    case "is too large":
      return value.padEnd(largeLength, "-")
    case "is too slow":
      if (isParent) return pause(value)
      return step === "reading the argument" ? sleep() : spin()
    default:
      return value
  }
}

/** Does what it is told to, if this is the place. */
const at = (step: Step, order: string): string =>
  order.startsWith(`${step}: `) ? commit(step, order.slice(step.length + 2), order) : order

const crossing = (writing: Step, reading: Step) =>
  Schema.String.pipe(
    Schema.decodeTo(
      Schema.String,
      SchemaTransformation.transform({
        decode: (order: string) => at(reading, order),
        encode: (order: string) => at(writing, order)
      })
    )
  )

const schemas = {
  args: [crossing("writing the argument", "reading the argument")],
  success: crossing("writing the result", "reading the result"),
  error: crossing("writing the error", "reading the error")
} as const

/** Tasks that fail in the place, and in the way, that their argument says. */
export const Faulty = Task.module(import.meta.url, {
  call: Task.fn(schemas, (order): Effect.Effect<string, string> =>
    Effect.suspend(() => {
      const value = at("running", order)
      return order.includes("the error: ") ? Effect.fail(value) : Effect.succeed(value)
    })
  ),
  pid: () => process.pid,
  /** Waits until there is a file of that name. */
  untilThere: async (begun: string, file: string) => {
    fs.writeFileSync(begun, String(process.pid))
    while (!fs.existsSync(file)) await new Promise((resolve) => setTimeout(resolve, 5))
    return "went on"
  }
})

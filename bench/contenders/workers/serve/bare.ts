import { parentPort } from "node:worker_threads"
import { add, type Bytes, compute, echo, hold } from "../functions.ts"

export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export interface Answer {
  readonly id: number
  readonly result: unknown
}

const functions: Readonly<Record<string, (argument: never) => unknown>> = { add, compute, hold, echo, transfer: echo }

parentPort!.on("message", ({ id, name, argument }: Question) => {
  if (name === "never") return
  const result = functions[name]!(argument as never)
  parentPort!.postMessage({ id, result } satisfies Answer, name === "transfer" ? [(result as Bytes).buffer] : [])
})

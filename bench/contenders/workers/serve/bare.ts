import { parentPort } from "node:worker_threads"
import { add, type Bytes, compute, echo, hold, never } from "../functions.ts"

export interface Question {
  readonly id: number
  readonly name: string
  readonly argument: unknown
}

export interface Answer {
  readonly id: number
  readonly result: unknown
}

const functions: Readonly<Record<string, (argument: never) => unknown>> = {
  add,
  compute,
  hold,
  echo,
  never,
  transfer: echo
}

parentPort!.on("message", ({ id, name, argument }: Question) => {
  const result = functions[name]!(argument as never)
  if (name === "never") return
  parentPort!.postMessage({ id, result } satisfies Answer, name === "transfer" ? [(result as Bytes).buffer] : [])
})

import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { isMainThread } from "node:worker_threads"
import * as Task from "../../../src/Task.ts"

/** The moments in the life of a worker at which something happens to it. */
export const moments = ["importing", "building the layer", "running", "after a task", "idle"] as const
export type Moment = (typeof moments)[number]

export const ends = ["exits", "crashes", "spins", "is stopped"] as const
export type End = (typeof ends)[number]

const block = (): never => {
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
}

const meet = (end: string | null): void => {
  switch (end) {
    case "exits":
      return process.exit(3)
    case "crashes":
      if (!isMainThread) throw new Error("an error that nobody catches")
      process.kill(process.pid, "SIGKILL")
      return block()
    case "spins":
      for (;;);
    case "is stopped":
      // A thread has no signals of its own: for it that is to be asleep for ever.
      if (!isMainThread) return block()
      process.kill(process.pid, "SIGSTOP")
      return block()
  }
}

const own = new URL(import.meta.url).searchParams
const isAt = (moment: Moment): boolean => own.get("moment") === moment

if (isAt("importing")) meet(own.get("end"))

class Service extends Context.Service<Service, string>()("test/faults/Service") {}

const layer = Layer.effect(
  Service,
  Effect.sync(() => {
    if (isAt("building the layer")) meet(own.get("end"))
    return "built"
  })
)

const functions = {
  call: (order: string, end: string) =>
    Effect.map(Effect.service(Service), (service) => {
      if (order === "running") meet(end)
      if (order === "after a task") setImmediate(() => meet(end))
      if (order === "idle") setTimeout(() => meet(end), 20)
      return service
    })
}

export const Dying = Task.module(import.meta.url, functions, { layer })

/** This file under another URL, for a worker to which that happens: to the worker it is another file. */
export const dyingWhen = (moment: Moment, end: End) => {
  const url = new URL(import.meta.url)
  url.search = new URLSearchParams({ moment, end }).toString()
  return Task.module(url.href, functions, { layer })
}

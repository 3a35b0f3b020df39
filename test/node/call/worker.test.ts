import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import { once } from "node:events"
import { Worker } from "node:worker_threads"
import { afterAll, beforeAll, expect, it } from "vitest"
import { TaskEncodingError, TaskModuleError } from "../../../src/Errors.ts"
import type { CallReply } from "../../../src/internal/remote/Call.ts"
import { decodeReply } from "../../../src/internal/remote/codec/decodeReply.ts"
import { encodeCall, whenCallEncodable } from "../../../src/internal/remote/codec/encodeCall.ts"
import type { TelemetryMessage } from "../../../src/internal/remote/telemetry/TelemetryMessage.ts"
import { TelemetrySink } from "../../../src/internal/remote/telemetry/TelemetrySink.ts"
import * as Metric from "effect/Metric"
import * as Task from "../../../src/Task.ts"
import { errorOf } from "./support.ts"
import { Basics, NoDirection, Point, WithLayer } from "./tasks/basics.ts"
import { requests, Telling } from "./tasks/telling.ts"

// A thread is in between here: classes, symbols and modules are other ones there.

let worker: Worker
const sink = new TelemetrySink(Context.empty())

beforeAll(() => {
  worker = new Worker(new URL("./tasks/echoWorker.ts", import.meta.url))
})

afterAll(async () => {
  worker.postMessage("close")
  const [code] = await once(worker, "exit")
  expect(code).toBe(0)
})

const run = async (task: Task.Task<unknown, unknown>, context: Context.Context<never> = Context.empty()) => {
  await whenCallEncodable(task)
  const ambient = sink.enter(context)
  const call = encodeCall(task, task.name, ambient, true)
  if (call instanceof TaskEncodingError) throw call
  worker.postMessage(call.request, call.transfer as Array<ArrayBuffer>)
  for (;;) {
    const [message]: Array<CallReply | TelemetryMessage> = await once(worker, "message")
    if (message!._tag === "Success" || message!._tag === "Failure") {
      sink.leave(ambient)
      return decodeReply(message!, task, task.name, "w-1")
    }
    sink.receive(message!, "w-1")
  }
}

it("values, promises, effects and layers work in a thread", async () => {
  expect(await run(Basics.add(1, 2))).toEqual(Exit.succeed(3))
  expect(await run(Basics.later(1))).toEqual(Exit.succeed(2))
  expect(await run(Basics.parse("5"))).toEqual(Exit.succeed(5))
  expect(await run(WithLayer.connection())).toEqual(Exit.succeed(1))
  expect(await run(WithLayer.connection())).toEqual(Exit.succeed(1))
})

it("Schemas keep classes across threads", async () => {
  expect(Exit.getSuccess(await run(Basics.norm(new Point({ x: 3, y: 4 }))))).toMatchObject({
    value: new Point({ x: 0.6, y: 0.8 })
  })
  expect(errorOf(await run(Basics.norm(new Point({ x: 0, y: 0 }))))).toBeInstanceOf(NoDirection)
})

it("errors come back from a thread with tag, cause and stack", async () => {
  const error = errorOf(await run(Basics.parse("x"))) as Error
  expect(error).toMatchObject({ _tag: "NotANumber", text: "x", cause: { message: "inner" } })
  expect(error.stack).toMatch(/basics\.ts(.|\n)*at worker w-1/)
  expect(errorOf(await run(Basics.uncloneable()))).toMatchObject({
    _tag: "TaskEncodingError",
    what: "result",
    path: "result.f"
  })
})

it("buffers are moved to a thread and back", async () => {
  const bytes = new Uint8Array(1 << 20).fill(1)
  const exit = await run(Basics.invert(Task.transfer(bytes, [bytes.buffer])))
  expect(bytes.length).toBe(0)
  expect(Exit.isSuccess(exit) && (exit.value as Uint8Array)[5]).toBe(254)
})

it("metrics come back from a thread", async () => {
  const context = Context.make(Metric.MetricRegistry, new Map()) as Context.Context<never>
  await run(Telling.counts(5), context)
  expect(requests.valueUnsafe(context).count).toBe(6)
})

it("files that cannot be loaded in a thread fail with the reason", async () => {
  for (const [file, reason] of [
    ["data:text/javascript,export const = 1", /SyntaxError/],
    ["./tasks/nowhere.ts", /Cannot find module/],
    ["./tasks/throwing.ts", /no luck today/],
    ["./tasks/swallowing.ts", /ThreadExecutor.make was called while/]
  ] as const) {
    const task = Task.module(new URL(file, import.meta.url).href, { go: () => 1 }).go()
    const error = errorOf(await run(task))
    expect(error).toBeInstanceOf(TaskModuleError)
    expect((error as Error).message).toMatch(reason)
  }
})

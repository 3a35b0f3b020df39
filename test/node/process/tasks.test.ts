import * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"
import { assert, describe, it } from "vitest"
import type { Call, CallEnd } from "../../../src/internal/remote/Call.ts"
import type { RemoteWorker } from "../../../src/internal/remote/client/RemoteWorker.ts"
import { decodeReply } from "../../../src/internal/remote/codec/decodeReply.ts"
import { encodeCall } from "../../../src/internal/remote/codec/encodeCall.ts"
import type { Task } from "../../../src/Task.ts"
import { withWorker, taskRunner } from "./support/processes.ts"
import { Tasks } from "./support/tasks.ts"

const push = (worker: RemoteWorker, task: Task<unknown, unknown, unknown>) => {
  const encoded = encodeCall(task, task.name, undefined, false)
  if (!("request" in encoded)) throw encoded
  const { promise, resolve } = Promise.withResolvers<CallEnd>()
  const call: Call = { ...encoded, id: 0, called: () => {}, ended: resolve }
  worker.push(call)
  const exit = promise.then((end) => {
    if (end._tag === "Interrupted") return Exit.interrupt()
    if (end._tag !== "Success" && end._tag !== "Failure") throw new Error(end._tag)
    return decodeReply(end, task, task.name, "worker-1")
  })
  return { call, exit, end: promise }
}

describe("tasks in a worker process", () => {
  it(
    "are done by their module",
    withWorker(
      async (worker) => {
        assert.deepStrictEqual(await push(worker, Tasks.add(1, 2)).exit, Exit.succeed(3))
      },
      { runner: taskRunner }
    )
  )

  it(
    "are told if their result cannot be cloned",
    withWorker(
      async (worker) => {
        const exit = await push(worker, Tasks.unclonable()).exit
        assert.match(
          String(Exit.isFailure(exit) && Cause.squash(exit.cause)),
          /TaskEncodingError: The result.f of task/
        )
      },
      { runner: taskRunner }
    )
  )

  it(
    "are interrupted when they are stopped, and the worker lives",
    withWorker(
      async (worker) => {
        const { call, exit } = push(worker, Tasks.never())
        await push(worker, Tasks.add(1, 1)).exit
        worker.stop(call)
        const stopped = await exit
        assert.isTrue(Exit.isFailure(stopped) && Cause.hasInterrupts(stopped.cause))
        assert.deepStrictEqual(await push(worker, Tasks.add(1, 2)).exit, Exit.succeed(3))
      },
      { runner: taskRunner, concurrency: 2 }
    )
  )
})

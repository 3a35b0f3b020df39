import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import { MessageChannel } from "node:worker_threads"
import { describe, expect, it } from "vitest"
import { InvalidOptionsError, TaskEncodingError } from "../../../src/Errors.ts"
import { blameArgument } from "../../../src/internal/remote/codec/blameArgument.ts"
import { encodeCall, type EncodedCall } from "../../../src/internal/remote/codec/encodeCall.ts"
import * as Task from "../../../src/Task.ts"
import { clone, makeWorld } from "./support.ts"
import { Basics } from "./tasks/basics.ts"

const encode = (task: Task.Task<unknown>) => {
  const call = encodeCall(task, task.name, undefined, true)
  if (call instanceof TaskEncodingError) throw call
  return call
}

describe("Task.transfer", () => {
  it("moves a buffer in and out", async () => {
    const { run } = makeWorld()
    const bytes = new Uint8Array([1, 2, 3])
    const exit = await run(Basics.invert(Task.transfer(bytes, [bytes.buffer])))
    expect(exit).toEqual(Exit.succeed(new Uint8Array([254, 253, 252])))
    expect(bytes.length).toBe(0)
  })

  it("leaves what is not marked where it is", async () => {
    const { run } = makeWorld()
    const bytes = new Uint8Array([1])
    await run(Basics.invert(bytes))
    expect(bytes).toEqual(new Uint8Array([1]))
  })

  it("finds what is marked within objects, arrays, maps and sets, once", () => {
    const make = () => {
      const bytes = new Uint8Array(4)
      return Task.transfer(bytes, [bytes.buffer, bytes.buffer])
    }
    const [a, b, c, d] = [make(), make(), make(), make()]
    const cyclic: Record<string, unknown> = { a, again: a, list: [b], map: new Map([["c", c]]), set: new Set([d]) }
    cyclic["self"] = cyclic
    expect(new Set(encode(Basics.echo(cyclic)).transfer)).toEqual(new Set([a, b, c, d].map((_) => _.buffer)))
  })

  it("takes message ports", () => {
    const { port1, port2 } = new MessageChannel()
    expect(encode(Basics.echo(Task.transfer(port1, [port1]))).transfer).toEqual([port1])
    port1.close()
    port2.close()
  })

  it("is no more than the value where a task runs in this process", async () => {
    const bytes = new Uint8Array([1])
    const result = await Effect.runPromise(Basics.invert(Task.transfer(bytes, [bytes.buffer])))
    expect(result).toBe(bytes)
  })

  it("moves what is nested in a result", async () => {
    const { run } = makeWorld()
    expect(await run(Basics.wrap(new Uint8Array([5])))).toEqual(Exit.succeed({ nested: [new Uint8Array([5])] }))
  })

  it("refuses what cannot be moved", () => {
    const moved = new ArrayBuffer(1)
    clone(moved, [moved])
    const bad: ReadonlyArray<readonly [unknown, unknown]> = [
      [1, []],
      [{}, {}],
      [{}, [new Uint8Array(1)]],
      [{}, [new SharedArrayBuffer(1)]],
      [{}, [moved]],
      [{}, [1]],
      [{}, [{}]]
    ]
    for (const [value, list] of bad) {
      expect(() => Task.transfer(value, list as never)).toThrow(InvalidOptionsError)
    }
  })
})

describe("blameArgument", () => {
  /** A call whose arguments have passed. */
  const passed = (...args: ReadonlyArray<unknown>): EncodedCall => {
    const call = encode(Basics.echo(1))
    return { ...call, request: { ...call.request, task: "add", args } }
  }

  it("names the argument that cannot be cloned", () => {
    const fine = Task.transfer(new Uint8Array(1), [])
    const call = passed(fine, () => 1)
    const error = blameArgument(call.request, new Error("the batch"))
    expect(error).toMatchObject({ task: "add", what: "argument 2", reason: { name: "DataCloneError" } })
  })

  it("names the one whose getter throws", () => {
    const trap = {
      get field() {
        throw new RangeError("not now")
      }
    }
    expect(blameArgument(passed(trap).request, new Error("batch"))).toMatchObject({
      what: "argument 1",
      reason: { message: "not now" }
    })
  })

  it("suspects the one with something to be moved if each can be cloned by itself", () => {
    const bytes = Task.transfer(new Uint8Array(1), [])
    const buffer = new ArrayBuffer(1)
    const call = passed(bytes, Task.transfer({ buffer }, [buffer]))
    const reason = new Error("in the transfer list twice")
    expect(blameArgument(call.request, reason)).toMatchObject({ what: "argument 2", reason })
  })

  it("says so when a task with something to be moved is sent again", async () => {
    const { run } = makeWorld()
    const bytes = new Uint8Array([1])
    const task = Basics.invert(Task.transfer(bytes, [bytes.buffer]))
    await run(task)
    const error: unknown = await run(task).catch((thrown: unknown) => thrown)
    const reason = { message: expect.stringMatching(/moved to another thread/) }
    expect(error).toMatchObject({ _tag: "TaskEncodingError", what: "argument 1", reason })
  })
})

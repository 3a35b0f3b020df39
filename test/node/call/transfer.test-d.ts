import { MessageChannel } from "node:worker_threads"
import type { FileHandle } from "node:fs/promises"
import { expectTypeOf, it } from "vitest"
import * as Task from "../../../src/Task.ts"

declare const bytes: Uint8Array
declare const handle: FileHandle

it("Task.transfer gives back the type that it is given", () => {
  expectTypeOf(Task.transfer(bytes, [bytes.buffer])).toEqualTypeOf<Uint8Array>()
  expectTypeOf(Task.transfer({ bytes }, [])).toEqualTypeOf<{ bytes: Uint8Array }>()
})

it("Task.transfer takes what can be moved", () => {
  Task.transfer({}, [new ArrayBuffer(1), new MessageChannel().port1, handle])
  Task.transfer({}, [new ReadableStream(), new WritableStream(), new TransformStream()])
  // @ts-expect-error: a view, not its buffer
  Task.transfer(bytes, [bytes])
  // @ts-expect-error: nothing that could be moved
  Task.transfer(bytes, [1, "text", {}])
  // @ts-expect-error: not a list
  Task.transfer(bytes, bytes.buffer)
})

it("a task's types are the same with it and without it", () => {
  const images = Task.module(import.meta.url, {
    load: async (path: string) => Task.transfer(new Uint8Array(path.length), []),
    phash: (input: Uint8Array) => input.length
  })
  expectTypeOf(images.load("cat.png")).toEqualTypeOf<Task.Task<Uint8Array<ArrayBuffer>>>()
  expectTypeOf(images.phash(Task.transfer(bytes, [bytes.buffer]))).toEqualTypeOf<Task.Task<number>>()
})

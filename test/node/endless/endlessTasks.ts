import { createHook } from "node:async_hooks"
import { EventEmitter } from "node:events"
import * as fs from "node:fs"
import { threadId } from "node:worker_threads"
import * as Effect from "effect/Effect"
import { Task } from "effect-futures"

/** Counts the tasks that have come to where they never end. In a process, which shares no memory, they print a mark instead. */
export type Begun = Int32Array<SharedArrayBuffer> | "print"

export const mark = "+"

const begins = (begun: Begun): void => {
  if (begun === "print") return void fs.writeSync(1, mark)
  Atomics.add(begun, 0, 1)
  Atomics.notify(begun, 0)
}

const spin = (begun: Begun): never => {
  begins(begun)
  for (;;);
}

/** Ends no more than `spin` does, which is called by whatever `call` gives it to. */
const never = (call: (spin: () => never) => unknown) => (begun: Begun) =>
  new Promise<void>(() => call(() => spin(begun)))

function* numbers(begun: Begun): Generator<number> {
  yield 1
  spin(begun)
}

export const Endless = Task.module(import.meta.url, {
  "a plain loop": (begun: Begun): void => spin(begun),
  "a loop in try, catch and finally": (begun: Begun): void => {
    begins(begun)
    for (;;) {
      try {
        for (;;);
      } catch {
        continue
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        continue
      }
    }
  },
  "after an await": async (begun: Begun): Promise<void> => {
    await Promise.resolve()
    spin(begun)
  },
  "after an await, where async_hooks are in use": async (begun: Begun): Promise<void> => {
    createHook({ init: () => {} }).enable()
    await Promise.resolve()
    spin(begun)
  },
  "a chain of promises": async (begun: Begun): Promise<void> => {
    begins(begun)
    for (;;) await Promise.resolve()
  },
  "in a timer": never((spin) => setTimeout(spin, 1)),
  "in an immediate": never((spin) => setImmediate(spin)),
  "in a microtask": never((spin) => queueMicrotask(spin)),
  "in a tick": never((spin) => process.nextTick(spin)),
  "in a generator": (begun: Begun): number => [...numbers(begun)].length,
  "in an Effect": (begun: Begun) => Effect.sync(() => spin(begun)),
  "in a comparison of sort": (begun: Begun): Array<number> => [2, 1].toSorted(() => spin(begun)),
  "in a reviver of JSON.parse": (begun: Begun): unknown => JSON.parse("[1]", () => spin(begun)),
  "in a callback of replace": (begun: Begun): string => "a".replace(/a/, () => spin(begun)),
  "in a listener of an EventEmitter": (begun: Begun): boolean =>
    new EventEmitter().on("event", () => spin(begun)).emit("event"),
  "in a callback of fs": never((spin) => fs.stat(".", spin)),
  "asleep in Atomics.wait": (begun: Begun): void => {
    begins(begun)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  }
})

export const Where = Task.module(import.meta.url, { worker: () => `${process.pid}/${threadId}` })

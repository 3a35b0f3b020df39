import { Effect, type Layer, type Scope } from "effect"
import type { Executor, TaskModuleError, TaskTimeoutError } from "effect-futures"
import { Task } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { describe, expectTypeOf, it } from "vitest"

const Images = Task.module("file:///images.ts", {
  size: (bytes: Uint8Array) => bytes.length,
  resize: async (bytes: Uint8Array, width: number) => bytes.slice(width),
  read: (path: string) => Effect.fail(path)
})

describe("the options of threads and processes", () => {
  it("take task modules to preload, limits of the start, and numbers of attempts", () => {
    void ThreadExecutor.make({ preload: [Images], startTimeout: "1 minute", maxAttempts: 1 })
    void ProcessExecutor.make({ preload: [Images, Task.module("file:///none.ts", {})], startTimeout: Infinity })
    // @ts-expect-error not a module, but a function of one
    void ThreadExecutor.make({ preload: [Images.size] })
    // @ts-expect-error not a list
    void ThreadExecutor.make({ preload: Images })
    // @ts-expect-error functions, and not yet those of a module
    void ProcessExecutor.make({ preload: [{ double: (n: number) => n * 2 }] })
    // @ts-expect-error no number of attempts
    void ProcessExecutor.make({ maxAttempts: "3" })
  })

  it("may name modules that cannot be loaded", () => {
    expectTypeOf(ThreadExecutor.make()).toEqualTypeOf<
      Effect.Effect<ThreadExecutor.ThreadExecutor, TaskModuleError, Scope.Scope>
    >()
    expectTypeOf(ProcessExecutor.layer()).toExtend<Layer.Layer<never, TaskModuleError>>()
  })
})

describe("what is told", () => {
  it("names the phase of a task whose time was over, and why a worker has ended", () => {
    expectTypeOf<TaskTimeoutError["phase"]>().toEqualTypeOf<"queued" | "starting" | "running">()
    type Ended = Extract<Executor.Event, { readonly _tag: "WorkerEnded" }>
    expectTypeOf<Ended["reason"]>().toEqualTypeOf<
      "closed" | "idle" | "surplus" | "memory" | "retired" | "stopped" | "crashed" | "unresponsive"
    >()
    expectTypeOf<Executor.Stats["crashed"]>().toEqualTypeOf<number>()
  })
})

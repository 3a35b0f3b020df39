import {
  Executor,
  FiberExecutor,
  InvalidOptionsError,
  Task,
  TaskCancelledError,
  TaskTimeoutError
} from "effect-futures"

export const Sums = Task.module(import.meta.url, { add: (a: number, b: number) => a + b })

/** Uses what a plain task does not: errors, an executor, a task as an effect. */
export const useEverything = async () => {
  const Effect = await import("effect/Effect")
  const Duration = await import("effect/Duration")
  const timeout = new TaskTimeoutError({
    task: "t",
    duration: Duration.millis(1),
    phase: "running",
    stuckAt: []
  })
  class OwnError extends TaskCancelledError {
    override get name() {
      return "OwnError"
    }
  }
  const own = new OwnError({ task: "t" })
  const program = Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
    return yield* Executor.run(executor, Sums.add(1, 2))
  })
  return {
    tags: [timeout._tag, own.name],
    instances: [
      timeout instanceof TaskTimeoutError,
      own instanceof TaskCancelledError,
      own instanceof OwnError,
      own instanceof InvalidOptionsError
    ],
    isTask: [Task.isTask(Sums.add(1, 2)), Task.isTask(1)],
    ran: await Effect.runPromise(Effect.scoped(program)),
    inline: await Effect.runPromise(Sums.add(2, 3))
  }
}

export const badModule = () => Task.module("no URL", { f: () => 1 })

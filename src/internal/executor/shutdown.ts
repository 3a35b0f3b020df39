import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { ShutdownMode, ShutdownOptions } from "../../Executor.ts"
import { awaitQuiescence, isInside, whenever } from "./awaitQuiescence.ts"
import { oneOf, optionsObject, waitMillis } from "../options.ts"
import type { Engine } from "./Engine.ts"
import { type Blockable, ownTask } from "../future/blocking.ts"
import { TaskFuture, type Waiting } from "./TaskFuture.ts"
import type { TaskQueue } from "./queues/TaskQueue.ts"
import * as trampoline from "../trampoline.ts"

/** An engine and the groups below it. */
const family = (engine: Engine): Array<Engine> => [engine, ...Array.from(engine.children).flatMap(family)]

const queuesOf = (engine: Engine): Array<TaskQueue<Waiting>> =>
  engine.parent === undefined ? engine.dispatcher.queues : [engine.queue]

const pendingOf = (engine: Engine): Array<TaskFuture<unknown, unknown>> => [
  ...engine.admission.forwarded,
  ...queuesOf(engine)
    .flatMap((line) => line.toArray())
    .filter((node): node is TaskFuture<unknown, unknown> => node instanceof TaskFuture && node.engine === engine)
]

/** Closes an executor, and stops the tasks that `mode` selects. Returns at once. A milder mode than before changes nothing. */
export const close = (engine: Engine, mode: ShutdownMode, by: number | undefined): void => {
  if (!engine.lifecycle.close(mode)) return
  trampoline.change(() => {
    const engines = family(engine)
    engine.capacityQueue.refuse(new Set<object>(engines))
    // Pending tasks come first, because otherwise one of them would begin when a running task stops.
    if (mode !== "drain") for (const task of engines.flatMap(pendingOf)) task.interruptPending(by)
    if (mode === "interrupt") {
      const running = engines.flatMap((each) => [...each.active.toArray(), ...pendingOf(each)])
      for (const task of running) task.interrupt(by)
    }
    // Tasks that drain must be able to begin.
    for (const each of engines) each.setPaused(false)
    if (engine.isIdle) engine.lifecycle.drained()
  })
}

/** Waits for the end of an executor or group that was closed. */
const awaitEnd = (engine: Engine): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    if (isInside(fiber, engine)) return awaitQuiescence(fiber, engine)
    const blockable = ownTask(fiber, engine)
    return blockable === undefined ? engine.lifecycle.terminated.await : blockUntilEnd(blockable, engine)
  })

/** Blocks a task that waits for a sibling group: the group may need the task's worker to end. */
const blockUntilEnd = (blockable: Blockable, engine: Engine): Effect.Effect<void> => {
  // Without callbacks, the end needs no worker. A lent worker would go to a task that has not begun, and that may take long.
  const end = Effect.suspend(() =>
    engine.lifecycle.callbacks.size === 0
      ? engine.lifecycle.terminated.await
      : whenever(blockable, engine, () => engine.lifecycle.terminated.isOpen())
  )
  return Effect.andThen(
    whenever(blockable, engine, () => engine.isIdle),
    end
  )
}

/** `Executor.shutdown`. */
export const shutdownEngine = (engine: Engine, options: ShutdownOptions = {}): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    const { mode = "drain", timeout: limit } = optionsObject(options)
    oneOf("mode", mode, ["drain", "cancelPending", "interrupt"])
    const timeout = waitMillis("timeout", limit)
    close(engine, timeout === 0 ? "interrupt" : mode, fiber.id)
    if (timeout !== Infinity && timeout !== 0) interruptAfter(engine, timeout, fiber)
    return awaitEnd(engine)
  })

/**
 * Interrupts after a while, from a fiber of its own, because the calling fiber may be interrupted and the executor must end all the same.
 */
const interruptAfter = (engine: Engine, millis: number, fiber: Fiber.Fiber<unknown, unknown>): void => {
  const patience = Effect.runForkWith(fiber.context)(
    Effect.raceFirst(Effect.sleep(millis), engine.lifecycle.terminated.await)
  )
  patience.addObserver(() => close(engine, "interrupt", fiber.id))
}

/** Closes an executor, stops all of its tasks, and waits for the end, as the close of its scope does. */
export const interruptEngine = (engine: Engine): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    close(engine, "interrupt", fiber.id)
    return awaitEnd(engine)
  })

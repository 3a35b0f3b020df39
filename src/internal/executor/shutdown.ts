import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type { ShutdownMode, ShutdownOptions } from "../../Executor.ts"
import { awaitQuiescence, isInside, whenever } from "./awaitQuiescence.ts"
import { oneOf, optionsObject, waitMillis } from "../options.ts"
import type { Engine } from "./Engine.ts"
import { type Blockable, ownTask } from "../future/blocking.ts"
import { TaskFuture, type Waiting } from "./TaskFuture.ts"
import type { TaskQueue } from "./TaskQueue.ts"
import * as trampoline from "../trampoline.ts"

const severity: Record<ShutdownMode, number> = { drain: 0, cancelPending: 1, interrupt: 2 }

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

/**
 * Takes no more tasks, and stops those that `mode` says. Returns at once. A milder mode than
 * one asked for before changes nothing.
 */
export const close = (engine: Engine, mode: ShutdownMode, by: number | undefined): void => {
  if (engine.closing !== undefined && severity[engine.closing] >= severity[mode]) return
  const isOutermost = trampoline.enter()
  try {
    engine.closing = mode
    const engines = family(engine)
    const closed = new Set<object>(engines)
    for (const waiter of engine.root.capacityQueue.waiters) {
      if (!closed.has(waiter.submitsTo)) continue
      engine.root.capacityQueue.remove(waiter)
      waiter.refuse()
    }
    // Pending ones first: a running one that stops would give them its worker.
    if (mode !== "drain") for (const task of engines.flatMap(pendingOf)) task.interruptPending(by)
    if (mode === "interrupt") {
      const running = engines.flatMap((each) => [...each.active.toArray(), ...pendingOf(each)])
      for (const task of running) task.interrupt(by)
    }
    // What is to drain has to begin.
    for (const each of engines) each.setPaused(false)
    if (engine.isIdle) engine.onDrained?.()
  } finally {
    trampoline.leave(isOutermost)
  }
}

/** Waits for the end of an executor or group that was closed. */
export const awaitEnd = (engine: Engine): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    if (isInside(fiber, engine)) return awaitQuiescence(fiber, engine)
    const blockable = ownTask(fiber, engine)
    return blockable === undefined ? engine.terminated.await : blockUntilEnd(blockable, engine)
  })

/** A task that waits for a group next to it lends its worker: tasks and callbacks of the group may need it to end. */
const blockUntilEnd = (blockable: Blockable, engine: Engine): Effect.Effect<void> => {
  // The end alone needs no worker. Lent for no reason it would go to a task that has not begun, and that may be in no hurry.
  const end = Effect.suspend(() =>
    engine.callbacks.size === 0
      ? engine.terminated.await
      : whenever(blockable, engine, () => engine.terminated.isOpen())
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

/** Not in the fiber that asks for it: that one may be interrupted, and the executor must end all the same. */
const interruptAfter = (engine: Engine, millis: number, fiber: Fiber.Fiber<unknown, unknown>): void => {
  const patience = Effect.runForkWith(fiber.context)(Effect.raceFirst(Effect.sleep(millis), engine.terminated.await))
  patience.addObserver(() => close(engine, "interrupt", fiber.id))
}

/** Closes it, stops all that it has, and waits for the end: what closing a scope does. */
export const interruptEngine = (engine: Engine): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    close(engine, "interrupt", fiber.id)
    return awaitEnd(engine)
  })

/**
 * Sees an engine off: once it is closed and its last task has ended, the callbacks of its futures are
 * waited for (or, in mode `"interrupt"`, stopped), then `release` lets go of the workers, then `terminated` opens.
 */
export const endWhenDrained = (engine: Engine, release: Effect.Effect<void>, context: Context.Context<never>): void => {
  const proceed = () => {
    const isFirst = !engine.isEnding
    engine.isEnding = true
    if (isFirst) Effect.runForkWith(context)(end(engine, release))
    else if (engine.closing === "interrupt") interruptCallbacks(engine)
  }
  // After what the last task wakes: its callbacks come before the end.
  engine.onDrained = () => trampoline.run(proceed)
}

const end = (engine: Engine, release: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.gen(function* () {
    while (engine.callbacks.size > 0) {
      if (engine.closing === "interrupt") interruptCallbacks(engine)
      yield* Fiber.awaitAll(engine.callbacks)
    }
    engine.dispatcher.releaseUnused()
    yield* release
    engine.parent?.children.delete(engine)
    engine.events.end()
    // At once, and not in a turn of this fiber's scheduler: `Effect.runSync` waits for no other fiber's turns.
    engine.terminated.openUnsafe()
    engine.waiters.check()
  })

const interruptCallbacks = (engine: Engine): void => {
  for (const fiber of engine.callbacks) fiber.interruptUnsafe()
}

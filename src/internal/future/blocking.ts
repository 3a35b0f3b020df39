import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"

/** A running task that may block. While it waits for other tasks of its pool, it lends its worker to them. */
export interface Blockable {
  readonly task: { readonly id: number }
  /** The pool of its worker. An executor and all groups on it share one. */
  readonly pool: object
  /** Begins a wait of one of its fibers for a task of the same pool. The worker is lent. */
  block(): void
  /** Ends one wait. `wake` is called as soon as the task may go on. */
  unblock(wake: (() => void) | undefined): void
}

/** The surrounding of the running code: a task, or the callback of a future. */
export interface Surrounding {
  /** The run of the task, until it ends. */
  readonly run: Blockable | undefined
  /** All executors and groups whose end waits for this code, through however many submissions. */
  readonly engines: ReadonlyArray<object>
}

/** The task of a fiber. Child fibers inherit it, so a wait inside a task is known to be inside. */
export const CurrentTask = Context.Reference<Surrounding | undefined>("effect-futures/CurrentTask", {
  defaultValue: () => undefined
})

/** Something that belongs to the pool of an executor, or to none. */
interface Pooled {
  readonly pool: object | undefined
}

/** The task that `fiber` belongs to, if its worker is of that pool. */
export const ownTask = (fiber: Fiber.Fiber<unknown, unknown>, owner: Pooled | undefined): Blockable | undefined => {
  const pool = owner?.pool
  if (pool === undefined) return undefined
  const run = fiber.getRef(CurrentTask)?.run
  return run?.pool === pool ? run : undefined
}

/** The task that `fiber` belongs to, if one of the futures is of the same executor. */
export const waiterFor = (fiber: Fiber.Fiber<unknown, unknown>, futures: Iterable<Pooled>): Blockable | undefined => {
  const run = fiber.getRef(CurrentTask)?.run
  if (run === undefined) return undefined
  for (const { pool } of futures) if (pool === run.pool) return run
  return undefined
}

/**
 * Waits until `register` resumes. The result of `register` ends the registration, and may have more to do then.
 *
 * A task that waits for its own executor is blocked: it lends its worker, because the task that it waits for may need it. The wait ends
 * when the task has a worker again. `register` is told whether that is so. Then resuming only asks for the worker, and can be done early,
 * before the free worker goes to a task that has not begun.
 */
export const suspend = <A, E = never>(
  blockable: Blockable | undefined,
  register: (resume: (effect: Effect.Effect<A, E>) => void, isBlocked: boolean) => () => void | Effect.Effect<void>
): Effect.Effect<A, E> => {
  if (blockable === undefined) {
    return Effect.callback<A, E>(function (resume) {
      const unregister = register((effect) => resume(fairly(effect, this)), false)
      return Effect.suspend(() => orVoid(unregister()))
    })
  }
  return Effect.callback<A, E>(function (resume) {
    let waiting = true
    let blocked = false
    const unregister = register((effect) => {
      if (!waiting) return
      waiting = false
      if (blocked) blockable.unblock(() => resume(fairly(effect, this)))
      else resume(effect)
    }, true)
    // The registration comes first, because blocking may at once run the very task that this fiber waits for, and to its end.
    if (waiting) {
      blocked = true
      blockable.block()
    }
    return Effect.suspend(() => {
      const rest = unregister()
      // Interrupted code cleans up at once, and gets its worker later. Otherwise stopping a task would depend on other tasks.
      if (waiting) blockable.unblock(undefined)
      waiting = false
      return orVoid(rest)
    })
  })
}

// A resumed fiber starts again to count the steps after which it gives way. So fibers that wake each other again and again would starve
// timers and sockets. One in so many of them gives way first.
const wakesPerTurn = 2048
// The count is per scheduler, so that one program does not depend on earlier ones.
const wakes = new WeakMap<Scheduler.Scheduler, { count: number }>()

const fairly = <A, E>(effect: Effect.Effect<A, E>, scheduler: Scheduler.Scheduler): Effect.Effect<A, E> => {
  let counter = wakes.get(scheduler)
  if (counter === undefined) wakes.set(scheduler, (counter = { count: 0 }))
  return ++counter.count % wakesPerTurn === 0 ? Effect.andThen(Effect.yieldNow, effect) : effect
}

const orVoid = (rest: unknown): Effect.Effect<void> =>
  Effect.isEffect(rest) ? (rest as Effect.Effect<void>) : Effect.void

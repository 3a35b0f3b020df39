import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"

/** A running task that may block: it holds a worker, which others may have while it waits for them. */
export interface Blockable {
  readonly task: { readonly id: number }
  /** The pool that its worker belongs to: that of an executor and of all groups on it. */
  readonly pool: object
  /** Begins a wait of one of its fibers for a task of the same pool: others may have the worker. */
  block(): void
  /** Ends one wait; `wake` is called as soon as the task may go on. */
  unblock(wake: (() => void) | undefined): void
}

/** The surrounding of the code that is running: a task, or the callback of a future. */
export interface Surrounding {
  /** The task, while it runs. */
  readonly run: Blockable | undefined
  /** Every executor and group whose end waits for this code, however deep it was submitted. */
  readonly engines: ReadonlyArray<object>
}

/** The task of a fiber, so that what waits inside a task is known to be inside. */
export const CurrentTask = Context.Reference<Surrounding | undefined>("effect-futures/CurrentTask", {
  defaultValue: () => undefined
})

/** A thing that belongs to the workers of an executor, or to none. */
interface Pooled {
  readonly pool: object | undefined
}

/** The task that `fiber` belongs to, if its worker is one of that pool. */
export const ownTask = (fiber: Fiber.Fiber<unknown, unknown>, owner: Pooled | undefined): Blockable | undefined => {
  const pool = owner?.pool
  if (pool === undefined) return undefined
  const run = fiber.getRef(CurrentTask)?.run
  return run?.pool === pool ? run : undefined
}

/** The task that `fiber` belongs to, if one of the futures is its own executor's. */
export const waiterFor = (fiber: Fiber.Fiber<unknown, unknown>, futures: Iterable<Pooled>): Blockable | undefined => {
  const run = fiber.getRef(CurrentTask)?.run
  if (run === undefined) return undefined
  for (const { pool } of futures) if (pool === run.pool) return run
  return undefined
}

/**
 * Waits until `register` resumes; its result takes the registration back, and may have more to do then.
 *
 * A task that waits so for its own executor is blocked: others have its worker for
 * that time, since what it waits for may need it. The wait ends when the task has a worker again. `register` is told
 * so, since resuming is then no more than asking for the worker: it can be done early, before the worker
 * that is now free goes to a task that has not begun.
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
    // Registered first: to block may run at once, and to its end, the very task that is waited for.
    if (waiting) {
      blocked = true
      blockable.block()
    }
    return Effect.suspend(() => {
      const rest = unregister()
      // Interrupted code goes on at once, to clean up, and gets its worker later:
      // waiting for one here would make stopping a task depend on the others.
      if (waiting) blockable.unblock(undefined)
      waiting = false
      return orVoid(rest)
    })
  })
}

// A fiber that is resumed begins anew to count the steps after which it gives way, so fibers that wake each other
// again and again would keep timers and sockets from being served. Every so many of them give way first.
const wakesPerTurn = 2048
// The count is per scheduler: what one program does has nothing to do with what another did before.
const wakes = new WeakMap<Scheduler.Scheduler, { count: number }>()

const fairly = <A, E>(effect: Effect.Effect<A, E>, scheduler: Scheduler.Scheduler): Effect.Effect<A, E> => {
  let counter = wakes.get(scheduler)
  if (counter === undefined) wakes.set(scheduler, (counter = { count: 0 }))
  return ++counter.count % wakesPerTurn === 0 ? Effect.andThen(Effect.yieldNow, effect) : effect
}

const orVoid = (rest: unknown): Effect.Effect<void> =>
  Effect.isEffect(rest) ? (rest as Effect.Effect<void>) : Effect.void

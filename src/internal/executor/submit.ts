import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { identity } from "effect/Function"
import { type ExecutorShutdownError, QueueFullError } from "../../Errors.ts"
import type { SubmitOptions } from "../../Executor.ts"
import { ownTask, suspend } from "../future/blocking.ts"
import { awaitDone } from "../future/FutureImpl.ts"
import * as trampoline from "../trampoline.ts"
import type { CapacityWaiter } from "./queues/CapacityQueue.ts"
import type { Engine } from "./Engine.ts"
import { inSpan } from "./events/spans.ts"
import { type SubmitRequest, submitRequest } from "./submitRequest.ts"
import { TaskFuture } from "./TaskFuture.ts"

type Restore = <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>

/**
 * Submits a task to an executor or group. `restore` makes the wait interruptible for callers that are not, so that no interruption loses a
 * future.
 */
export const submit = <A, E>(
  to: Engine,
  effect: Effect.Effect<A, E>,
  options: SubmitOptions | undefined,
  overflow: "suspend" | "fail" = to.root.options.overflow,
  restore: Restore = identity
): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError | QueueFullError> =>
  Effect.withFiber<TaskFuture<A, E>, ExecutorShutdownError | QueueFullError>((fiber) => {
    const engine = to.current
    const read = engine.options.keeper?.request ?? submitRequest
    const request = read(effect, options, engine.timeout, engine.options.takes)
    if (request.cost !== 1) for (const { admission } of engine.chain) admission.gate?.check(request.cost)
    if (engine.isClosed) return Effect.fail(engine.shutdownError())
    if (engine.capacityQueue.isEmpty && hasCapacity(engine)) {
      return keep(engine, accept(engine, effect, request, fiber), fiber, restore)
    }
    if (overflow === "fail") {
      return Effect.fail(new QueueFullError({ executor: engine.name, capacity: engine.root.options.capacity }))
    }
    return Effect.flatMap(restore(waitForCapacity(engine, effect, request, fiber)), (future) =>
      keep(engine, future, fiber, restore)
    )
  })

/** Makes the future, whether there is capacity or not. */
export const accept = <A, E>(
  engine: Engine,
  effect: Effect.Effect<A, E>,
  request: SubmitRequest,
  fiber: Fiber.Fiber<unknown, unknown>,
  submitted?: number
): TaskFuture<A, E> => {
  const { keeper } = engine.options
  const { name, traced } = engine.root.options
  const submitter = traced === true ? { context: inSpan(fiber.context, name, request.name ?? "task") } : fiber
  const task =
    keeper === undefined
      ? new TaskFuture(effect, engine, request, submitter)
      : keeper.makeFuture(effect, engine, request, submitter)
  if (request.cost !== 1) Object.assign(task, { cost: request.cost })
  engine.enqueue(task, fiber, submitted)
  return task
}

/** Waits until the keeper has an accepted task. */
export const keep = <A, E>(
  { options: { keeper } }: Engine,
  future: TaskFuture<A, E>,
  by: Fiber.Fiber<unknown, unknown>,
  restore: Restore = identity
): Effect.Effect<TaskFuture<A, E>> => {
  if (keeper === undefined) return Effect.succeed(future)
  return Effect.as(
    Effect.onInterrupt(restore(keeper.keep(future)), () => Effect.suspend(() => drop(future, by))),
    future
  )
}

/** Cancels the future of a submission that was interrupted, because no code has it. */
const drop = (future: TaskFuture<unknown, unknown>, by: Fiber.Fiber<unknown, unknown>): Effect.Effect<void> => {
  future.interrupt(by.id)
  return awaitDone(future)
}

const hasCapacity = ({ chain, root }: Engine): boolean =>
  root.pending < root.options.capacity || chain.every(({ admission }) => admission.isFree)

const waitForCapacity = <A, E>(
  engine: Engine,
  effect: Effect.Effect<A, E>,
  request: SubmitRequest,
  fiber: Fiber.Fiber<unknown, unknown>
): Effect.Effect<TaskFuture<A, E>, ExecutorShutdownError> =>
  suspend<TaskFuture<A, E>, ExecutorShutdownError>(ownTask(fiber, engine), (resume) => {
    const { capacityQueue, events } = engine
    let admitted: TaskFuture<A, E> | undefined
    const since = events.isHeard ? events.now() : undefined
    const waiter: CapacityWaiter = {
      submitsTo: engine,
      hasCapacity: () => hasCapacity(engine),
      admit: () => {
        const future = (admitted = accept(engine, effect, request, fiber, since))
        trampoline.run(() => resume(Effect.succeed(future)))
      },
      refuse: () => trampoline.run(() => resume(Effect.fail(engine.shutdownError())))
    }
    // The executor may have been closed while this fiber gave way.
    if (engine.isClosed) {
      waiter.refuse()
      return () => {}
    }
    capacityQueue.add(waiter)
    // A worker may be free for this waiter even if others came earlier, because their group may be at its limit.
    trampoline.change(() => capacityQueue.admit())
    return () => {
      capacityQueue.remove(waiter)
      return admitted === undefined || admitted.isDone ? undefined : drop(admitted, fiber)
    }
  })

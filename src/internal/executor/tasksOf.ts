import type { Engine } from "./Engine.ts"
import { TaskFuture } from "./TaskFuture.ts"
import type { TaskQueue } from "./queues/TaskQueue.ts"

/** The tasks of an executor or group, and of the groups below it, that have a worker. */
export function* runningTasks(engine: Engine): Generator<TaskFuture<unknown, unknown>> {
  yield* engine.active.toArray()
  for (const child of engine.children) yield* runningTasks(child)
}

/** The tasks of an executor or group, and of the groups below it, that wait for a worker. The next ones come first. */
export function* waitingTasks(engine: Engine): Generator<TaskFuture<unknown, unknown>> {
  for (const queue of engine.root.dispatcher.queues) yield* ownIn(engine, queue)
  yield* heldBack(engine)
}

/** The tasks that are not in the executor's queue yet. */
function* heldBack(engine: Engine): Generator<TaskFuture<unknown, unknown>> {
  if (engine.parent !== undefined) yield* ownIn(engine, engine.queue)
  for (const child of engine.children) yield* heldBack(child)
}

function* ownIn(engine: Engine, queue: TaskQueue): Generator<TaskFuture<unknown, unknown>> {
  for (const node of queue.toArray()) {
    if (node instanceof TaskFuture && node.engine.chain.includes(engine)) yield node
  }
}

import type { TaskFuture } from "./TaskFuture.ts"
import type { QueueNode } from "./TaskQueue.ts"

/** Tasks that run, oldest first. They stand in no queue, so the links that they have for one are free for this. */
export class TaskList {
  size = 0
  private head: QueueNode | undefined = undefined
  private tail: QueueNode | undefined = undefined

  add(task: TaskFuture<unknown, unknown>): void {
    this.size++
    task.previous = this.tail
    if (this.tail === undefined) this.head = task
    else this.tail.next = task
    this.tail = task
  }

  delete(task: TaskFuture<unknown, unknown>): void {
    this.size--
    if (task.previous === undefined) this.head = task.next
    else task.previous.next = task.next
    if (task.next === undefined) this.tail = task.previous
    else task.next.previous = task.previous
    task.next = task.previous = undefined
  }

  *[Symbol.iterator](): Iterator<TaskFuture<unknown, unknown>> {
    // Only tasks are added.
    for (let node = this.head; node !== undefined; node = node.next) yield node as TaskFuture<unknown, unknown>
  }
}

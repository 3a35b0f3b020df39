import type { TaskFunction } from "./TaskFunction.ts"
import type { TaskLayer } from "./TaskLayer.ts"
/** What a task module knows of itself. */
export interface TaskModule {
  readonly url: string
  readonly functions: ReadonlyMap<string, TaskFunction>
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
}
/** Marks the object that a program gets from `Task.module`, so that a worker knows it among the exports of a file. */
export declare const mark: (object: object, module: TaskModule) => void
/** The task module behind a value, if it is one. */
export declare const taskModuleOf: (u: unknown) => TaskModule | undefined
/**
 * The function that a task names, in the file that its URL names: `exports` are that file's.
 *
 * Throws an `InvalidOptionsError` if there is none, or more than one.
 */
export declare const findTaskFunction: (exports: object, url: string, name: string) => TaskFunction

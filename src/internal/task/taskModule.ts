import { hasProperty } from "../hasProperty.ts"
import { InvalidOptionsError } from "../../Errors.ts"
import { nameOfStreaming, type TaskFunction } from "./TaskFunction.ts"
import type { TaskLayer } from "./TaskLayer.ts"

const TypeId = "~effect-futures/TaskModule" as const

/** The facts of a task module. */
export interface TaskModule {
  readonly url: string
  readonly id: string | undefined
  readonly functions: ReadonlyMap<string, TaskFunction>
  readonly layer: TaskLayer<never, unknown, unknown> | undefined
}

/** Marks the object that `Task.module` returns, so that a worker finds it among the exports of a file. */
export const mark = (object: object, module: TaskModule): void => {
  Object.defineProperty(object, TypeId, { value: module })
}

/** The task module that a value is marked with. */
export const taskModuleOf = (u: unknown): TaskModule | undefined =>
  // Only `mark` makes a property with this name.
  hasProperty(u, TypeId) ? (u[TypeId] as TaskModule) : undefined

/**
 * Finds the function of a task among the exports of its file.
 *
 * Throws an `InvalidOptionsError` if there is none, or more than one.
 */
export const findTaskFunction = (exports: object, url: string, name: string): TaskFunction => {
  if (name.startsWith(preloading)) {
    const fn = findFunction(exports, url, name.slice(preloading.length))
    return fn.idle(name, fn.layer)
  }
  if (name.startsWith(importing)) {
    return findTaskFunction(exports, url, name.slice(importing.length)).idle(name, undefined)
  }
  const streamed = nameOfStreaming(name)
  return streamed === undefined ? findFunction(exports, url, name) : findFunction(exports, url, streamed).streaming
}

// No function of a task module has such a name by accident.
const preloading = "effect-futures/preload "
const importing = "effect-futures/import "

/** The name of a function that does nothing. To run it, a worker imports its file, and does no more. */
export const importName = (name: string): string => importing + name

/** A function that does nothing. To run it, a worker loads the module, with its layer. Missing for a module without functions. */
export const preloadFunction = ({ functions }: TaskModule): TaskFunction | undefined => {
  for (const fn of functions.values()) return fn.idle(preloading + fn.name, fn.layer)
  return undefined
}

const findFunction = (exports: object, url: string, name: string): TaskFunction => {
  const modules = exportedModules(exports, url)
  if (modules.length === 0) {
    const expected =
      "the URL of a file that exports its task module, as in " +
      "`export const Tasks = Task.module(import.meta.url, { ... })`"
    throw new InvalidOptionsError({ option: "url", value: url, expected })
  }
  const found = modules.flatMap((module) => module.functions.get(name) ?? [])
  if (found.length === 1) return found[0]!
  const expected =
    found.length === 0
      ? `one of the functions of the task modules that ${url} exports: ${namesIn(modules)}`
      : `a name that only one of the task modules has that ${url} exports; rename one of the ${found.length}`
  throw new InvalidOptionsError({ option: "name", value: name, expected })
}

const exportedModules = (exports: object, url: string): ReadonlyArray<TaskModule> => {
  // A set, because one module may be exported under several names.
  const all = new Set(Object.values(exports).flatMap((value) => taskModuleOf(value) ?? []))
  const own = [...all].filter((module) => module.url === url)
  // A loader may have given the file a different URL in the program. Then all modules that the file exports count, even those of other
  // files.
  return own.length > 0 ? own : [...all]
}

const namesIn = (modules: ReadonlyArray<TaskModule>): string =>
  modules
    .flatMap((module) => [...module.functions.keys()])
    .map((name) => JSON.stringify(name))
    .join(", ")

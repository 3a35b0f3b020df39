import * as Module from "node:module"
import { fileURLToPath } from "node:url"

// Most workers run plain functions, and need nothing of this library but `Task`. Its other modules load Effect, which takes three times as
// long as the start of a thread. So a worker gets stand-ins for them, which load the real module when they are first used.

/** Classes and functions, by the module that exports them. A test compares the names with the modules. */
export const lazyExports: Readonly<Record<string, ReadonlyArray<string>>> = {
  Errors: [
    "AlreadyRunningError",
    "AttemptsExhaustedError",
    "ExecutorInPreloadError",
    "ExecutorInTaskModuleError",
    "ExecutorShutdownError",
    "InvalidOptionsError",
    "InvalidStateError",
    "NoSuchTaskError",
    "NotRunningError",
    "QueueFullError",
    "StorageError",
    "TaskCancelledError",
    "TaskEncodingError",
    "TaskInMainModuleError",
    "TaskModuleError",
    "TaskTimeoutError",
    "UnknownTaskError",
    "UnsupportedRuntimeError",
    "WorkerCrashedError",
    "WorkerFileError"
  ],
  "internal/task/TaskImpl": ["TaskImpl", "functionOf"],
  "internal/task/callOf": ["callOf"],
  "internal/task/taskStream": ["streamOf", "taskStream"],
  "internal/task/reportEffect": ["reportEffect", "reported"],
  "internal/task/TaskLayer": ["TaskLayer"]
}

/** The modules that `index.ts` exports as namespaces, except `Task`, which is loaded. */
export const lazyNamespaces: ReadonlyArray<string> = ["Executor", "FiberExecutor", "Future", "KitchenTimer"]

const extension = /\.\w+$/.exec(import.meta.url)?.[0] ?? ".js"
const root = new URL("../../", import.meta.url)
const urlOf = (module: string): string => new URL(module + extension, root).href

/** Stand-ins, by the URL of their module. */
const standIns = (): ReadonlyMap<string, string> => {
  const own = `import { lazily } from ${JSON.stringify(import.meta.url)}\n`
  const one = (name: string, url: string, key?: string): string =>
    `export const ${name} = lazily(${JSON.stringify(url)}, ${JSON.stringify(key)})\n`
  const sources = new Map<string, string>()
  for (const [module, names] of Object.entries(lazyExports)) {
    const url = urlOf(module)
    sources.set(url, own + names.map((name) => one(name, url, name)).join(""))
  }
  const namespaces = lazyNamespaces.map((name) => one(name, urlOf(name)))
  const errors = `export * from ${JSON.stringify(urlOf("Errors"))}\n`
  const task = `export * as Task from ${JSON.stringify(urlOf("Task"))}\n`
  sources.set(urlOf("index"), own + namespaces.join("") + errors + task)
  return sources
}

const marker = "?lazy"
let isLoading = false

// Without hooks that tell, Effect counts as loaded.
let isEffectLoaded = true

/** The module that is needed to make or run any effect. */
const effectCore = /\/effect\/(dist|src)\/internal\/core\.\w+$/

/** Whether something in this worker has loaded Effect. Then functions probably return effects. */
export const wantsEffects = (): boolean => isEffectLoaded

/** Loads a module with its imports, and without stand-ins. */
const load = (url: string): object => {
  const wasLoading = isLoading
  isLoading = true
  try {
    return Module.createRequire(import.meta.url)(fileURLToPath(url)) as object
  } finally {
    isLoading = wasLoading
  }
}

/** A stand-in for an export of a module, or for all of them. */
export const lazily = (url: string, name: string | undefined): unknown => {
  let found: object | undefined
  const real = (): object => {
    if (found === undefined) {
      const exports = load(url)
      found = name === undefined ? exports : (Reflect.get(exports, name) as object)
    }
    return found
  }
  // A function as target can be called, constructed and extended. The real export answers everything.
  const target = name === undefined ? {} : function () {}
  return new Proxy(target, {
    apply: (_, self, args) => Reflect.apply(real() as Function, self, args),
    construct: (_, args, newTarget) => Reflect.construct(real() as Function, args, newTarget),
    get: (_, key) => Reflect.get(real(), key),
    set: (_, key, value) => Reflect.set(real(), key, value),
    has: (_, key) => Reflect.has(real(), key),
    getPrototypeOf: () => Reflect.getPrototypeOf(real())
  })
}

/** Installs the stand-ins in a worker, before it imports anything else. Without such hooks (Bun, Deno) everything is loaded at once. */
export const installLazyModules = (): void => {
  if (typeof Module.registerHooks !== "function") return
  const sources = standIns()
  isEffectLoaded = false
  Module.registerHooks({
    resolve: (specifier, context, next) => {
      const resolved = next(specifier, context)
      return isLoading || !sources.has(resolved.url) ? resolved : { ...resolved, url: resolved.url + marker }
    },
    load: (url, context, next) => {
      isEffectLoaded ||= effectCore.test(url)
      const source = url.endsWith(marker) ? sources.get(url.slice(0, -marker.length)) : undefined
      return source === undefined ? next(url, context) : { format: "module", source, shortCircuit: true }
    }
  })
}

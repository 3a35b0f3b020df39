import * as Effect from "effect/Effect"
import { pipe } from "effect/Function"
import { iteratorPrototype } from "../effectInternals.ts"

/** A place in a source file. */
export interface Site {
  /** An absolute path, or a URL if it is not on the disk. */
  readonly file: string
  readonly line: number
  readonly column: number
}

/** How many frames are looked at. A generator that yields is among the first. */
const depth = 20

const begin = "~effect-futures/watchYields/begin"

/**
 * Stands in the stack where a watched program begins: what is further out has started the watch. Without it, a yield
 * inside Effect would count as one of the test's.
 */
const watched = { [begin]: <A>(f: () => A): A => f() }[begin]

/**
 * Calls `f`. While it runs, `listener` hears of each place where a generator yields an effect: the innermost frame that
 * is the program's own. It must not throw, for that would be in the generator. To find a place takes a while, so
 * `isHearing` may say that nobody wants to know.
 */
export const watchYields = <A>(
  listener: (site: Site) => void,
  f: () => A,
  isHearing: () => boolean = () => true
): A => {
  const prototype = iteratorsOfEffects()
  const original = prototype && Reflect.getOwnPropertyDescriptor(prototype, "next")
  if (prototype === undefined || typeof original?.value !== "function") return watched(f)
  const next: (this: unknown, value: unknown) => IteratorResult<unknown, unknown> = original.value
  const value = function (this: unknown, value: unknown) {
    const result = next.call(this, value)
    // The second call is the one that brings what the effect succeeded with. An Option is yielded in the same way.
    if (result.done === false && Effect.isEffect(result.value) && isHearing()) {
      const site = currentSite()
      if (site !== undefined) listener(site)
    }
    return result
  }
  if (!Reflect.defineProperty(prototype, "next", { ...original, value })) return watched(f)
  try {
    return watched(f)
  } finally {
    Reflect.defineProperty(prototype, "next", original)
  }
}

/** The innermost frame on the stack that is the program's own; while one is watched, only of what it does. */
export const currentSite = (): Site | undefined => {
  try {
    libraries ??= findLibraries()
    for (const line of captureStack()) {
      if (line.includes(begin)) return undefined
      const site = parseFrame(line)
      if (site !== undefined && !isForeign(site.file, libraries)) return site
    }
  } catch {
    // A stack that cannot be read, be it for a foreign Error.prepareStackTrace, is no reason to fail.
  }
  return undefined
}

let found: { readonly prototype: object | undefined } | undefined

/** Looked for once: later its `next` may be one that is watched. */
const iteratorsOfEffects = (): object | undefined => (found ??= { prototype: iteratorPrototype(Effect.void) }).prototype

/** The lines of the stack as text: only there are the source maps of whoever runs the program applied. */
const captureStack = (): ReadonlyArray<string> => {
  const limit = Error.stackTraceLimit
  // Unlike an assignment, it does not throw where Error is frozen.
  Reflect.set(Error, "stackTraceLimit", depth)
  try {
    const { stack } = new Error()
    return typeof stack === "string" ? stack.split("\n") : []
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit)
  }
}

/** How an absolute path or a URL begins; what else V8 calls a file, such as `<anonymous>`, is none. */
const start = String.raw`(?:/|\\\\|[A-Za-z]:[\\/]|[a-z][a-z+.-]+:)`
const named = new RegExp(String.raw`^\s*at .* \((${start}.*):(\d+):(\d+)\)$`)
const nameless = new RegExp(String.raw`^\s*at (?:async )?(${start}.*):(\d+):(\d+)$`)

const parseFrame = (line: string): Site | undefined => {
  // The line has the positions of both the evaluated text and of where that was evaluated.
  if (line.includes("(eval at ")) return undefined
  const [, file, row, column] = named.exec(line) ?? nameless.exec(line) ?? []
  return file === undefined ? undefined : { file: toPath(file), line: Number(row), column: Number(column) }
}

const toPath = (file: string): string => {
  if (!file.startsWith("file:")) return file
  return globalThis.process?.getBuiltinModule?.("node:url")?.fileURLToPath(file) ?? file
}

/** With the one kind of slash, to be compared. */
const slashed = (file: string): string => file.replaceAll("\\", "/")

const isForeign = (file: string, libraries: ReadonlyArray<string>): boolean => {
  const path = slashed(file)
  return (
    path.startsWith("node:") ||
    path.includes("/node_modules/effect/") ||
    path.includes("/node_modules/@effect/") ||
    libraries.some((folder) => path.startsWith(folder))
  )
}

let libraries: ReadonlyArray<string> | undefined

/** The folders of this library and of Effect, wherever they are. */
const findLibraries = (): ReadonlyArray<string> => {
  const own = slashed(toPath(new URL("../../", import.meta.url).href))
  // With source maps, what is in dist says that it is in src.
  const folders = ["src", "dist"].map((name) => own.replace(/\/(?:src|dist)\/$/, `/${name}/`))
  // Effect may be linked, and then its path has no node_modules. It is what calls a function that is given to pipe.
  const caller = pipe(undefined, captureStack)
    .map((line) => slashed(parseFrame(line)?.file ?? ""))
    .find((file) => file !== "" && !folders.some((folder) => file.startsWith(folder)))
  const effect = /^(.*\/)(?:dist|src)\/(?:Function|Pipeable)\.[jt]s$/.exec(caller ?? "")?.[1]
  return effect === undefined ? folders : [...folders, effect]
}

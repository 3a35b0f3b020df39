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

/** How many frames are read. A generator that yields is among the first. */
const depth = 20

const begin = "~effect-futures/watchYields/begin"

/**
 * Stands in the stack where a watched program begins. Frames further out have started the watch. Without it, a yield inside Effect would
 * count as one of the test's.
 */
const watched = { [begin]: <A>(f: () => A): A => f() }[begin]

/**
 * Calls `f`. In the meantime, `listener` gets each place where a generator of the program yields an effect. It must not throw, because that
 * would happen inside the generator. Finding a place takes a while, so it is skipped if `isHearing` is `false`.
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
    // The second call has the result of the effect. An Option is yielded in the same way.
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

/** The innermost frame of the program on the stack. While a program is watched, only its own frames count. */
export const currentSite = (): Site | undefined => {
  try {
    libraries ??= findLibraries()
    for (const line of captureStack()) {
      if (line.includes(begin)) return undefined
      const site = parseFrame(line)
      if (site !== undefined && !isForeign(site.file, libraries)) return site
    }
  } catch {
    // A stack may be unreadable, for example because of a foreign Error.prepareStackTrace. That is not a failure.
  }
  return undefined
}

let found: { readonly prototype: object | undefined } | undefined

/** Read only once, because its `next` may be a watched one later. */
const iteratorsOfEffects = (): object | undefined => (found ??= { prototype: iteratorPrototype(Effect.void) }).prototype

/** The lines of the stack as text, because source maps are applied only there. */
const captureStack = (): ReadonlyArray<string> => {
  const limit = Error.stackTraceLimit
  // An assignment would throw if Error is frozen.
  Reflect.set(Error, "stackTraceLimit", depth)
  try {
    const { stack } = new Error()
    return typeof stack === "string" ? stack.split("\n") : []
  } finally {
    Reflect.set(Error, "stackTraceLimit", limit)
  }
}

/** The beginning of an absolute path or a URL. Other names of V8, such as `<anonymous>`, are not files. */
const start = String.raw`(?:/|\\\\|[A-Za-z]:[\\/]|[a-z][a-z+.-]+:)`
const named = new RegExp(String.raw`^\s*at .* \((${start}.*):(\d+):(\d+)\)$`)
const nameless = new RegExp(String.raw`^\s*at (?:async )?(${start}.*):(\d+):(\d+)$`)

const parseFrame = (line: string): Site | undefined => {
  // Such a line has the position in the evaluated text, and that of the evaluation.
  if (line.includes("(eval at ")) return undefined
  const [, file, row, column] = named.exec(line) ?? nameless.exec(line) ?? []
  return file === undefined ? undefined : { file: toPath(file), line: Number(row), column: Number(column) }
}

const toPath = (file: string): string => {
  if (!file.startsWith("file:")) return file
  return globalThis.process?.getBuiltinModule?.("node:url")?.fileURLToPath(file) ?? file
}

/** Only forward slashes, for comparisons. */
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
  // With source maps, code in dist is reported as code in src.
  const folders = ["src", "dist"].map((name) => own.replace(/\/(?:src|dist)\/$/, `/${name}/`))
  // Effect may be linked, so that its path has no node_modules. The caller of a function that is given to `pipe` is part of Effect.
  const caller = pipe(undefined, captureStack)
    .map((line) => slashed(parseFrame(line)?.file ?? ""))
    .find((file) => file !== "" && !folders.some((folder) => file.startsWith(folder)))
  const effect = /^(.*\/)(?:dist|src)\/(?:Function|Pipeable)\.[jt]s$/.exec(caller ?? "")?.[1]
  return effect === undefined ? folders : [...folders, effect]
}

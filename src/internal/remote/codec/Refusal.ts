import { show } from "../../show.ts"
import { isNamespace } from "./kindOf.ts"

/** Why a value cannot cross, and what to do about it. `TaskEncodingError` shows both. */
export class Refusal extends TypeError {
  // Private, because the error that has this as its reason shows the path already.
  readonly #path: string
  readonly advice: string

  constructor(path: string, { advice, cause, message }: Reason) {
    super(message, cause === undefined ? undefined : { cause })
    this.#path = path
    this.advice = advice
  }

  /** The path to the value, such as `.user.avatar`. */
  get path(): string {
    return this.#path
  }

  override get name(): string {
    return "TypeError"
  }
}

const schemas = "Give the function Schemas with Task.fn"
const asPlain = `let instances cross as plain data: Task.module(url, fns, { instances: "plain" })`

/** Advice by the tag of the kinds of objects that never cross. */
const adviceByTag = new Map(
  Object.entries({
    Promise: "Await it first",
    Blob: "Read it first: await blob.arrayBuffer()",
    File: "Read it first: await file.arrayBuffer()",
    FormData: "Pass its entries",
    Request: "Pass its URL, its headers and its body, read",
    Response: "Pass its status, its headers and its body, read",
    ReadableStream: "Read it first, or move it to a thread with Task.transfer",
    WritableStream: "Move it to a thread with Task.transfer",
    TransformStream: "Move it to a thread with Task.transfer",
    MessagePort: "Move it to a thread with Task.transfer",
    SharedArrayBuffer: "Use a ThreadExecutor, as processes share no memory, or pass a copy",
    "WebAssembly.Module": "Use a ThreadExecutor, or pass its bytes",
    "WebAssembly.Memory": "Pass a copy of its bytes",
    Arguments: "Pass its values, as an array",
    Generator: "Pass its values, as an array",
    AsyncGenerator: "Pass its values, as an array",
    WeakMap: "Use a Map",
    WeakSet: "Use a Set",
    WeakRef: "Pass what it refers to"
  })
)

/** The types of Effect that run instead of holding data. */
const running: ReadonlyArray<readonly [typeId: string, name: string, advice: string]> = [
  ["~effect-futures/Task", "a Task", "Pass the arguments of the task, and call its function in the worker"],
  [
    "~effect/Stream",
    "a Stream",
    "Read what a task streams with Executor.stream, and pass the values of any other stream, as an array"
  ],
  ["~effect/Layer", "a Layer", "Pass it to Task.module, as the layer of its functions"],
  ["~effect/Fiber", "a Fiber", "Join it first, and pass its value"],
  ["~effect/Effect", "an Effect", "Run it first, and pass its result"]
]

export interface Reason {
  readonly message: string
  readonly advice: string
  readonly cause?: unknown
}

export const aFunction = (value: Function): Reason => ({
  message: value.name === "" ? "it is a function" : `it is the function ${clipped(value.name)}`,
  advice: "A function cannot leave its thread. Pass data, and put the function into the file of the task"
})

export const aSymbol = (value: symbol): Reason => ({
  message: `it is the symbol ${clipped(String(value))}`,
  advice: "A symbol is different in another thread. Pass a string"
})

export const aProxy: Reason = {
  message: "it is a Proxy",
  advice: "Pass a plain copy of the object behind it: structuredClone, toRaw of Vue, current of immer, toJS of MobX"
}

export const tooDeep = (depth: number): Reason => ({
  message: `it is nested more than ${depth} levels deep`,
  advice: "Pass a flat form of it, such as an array of its nodes"
})

export const detached: Reason = {
  message: "its buffer was moved to another thread before",
  advice: "Copy what you need more than once, and move the copy"
}

export const outOfBounds: Reason = {
  message: "its buffer was made too small for it",
  advice: "Pass a view that lies within its buffer"
}

export const anAddedProperty = (value: object): Reason => ({
  message: `it is a property that was added to ${article(tagOf(value))} ${tagOf(value)}, and would get lost`,
  advice: "Pass it by itself"
})

export const unreadable = (cause: unknown): Reason => ({
  message: `it cannot be read: ${show(cause)}`,
  advice: "Pass plain data",
  cause
})

/** The reason for an object that does not cross. */
export const anObject = (value: object, isBuiltin: boolean): Reason => {
  for (const [typeId, name, advice] of running) if (typeId in value) return { message: `it is ${name}`, advice }
  const ofEffect = effectTypeOf(value)
  if (ofEffect !== undefined) return { message: `it is ${article(ofEffect)} ${ofEffect} of Effect`, advice: schemas }
  if (isNamespace(value)) {
    const advice = "A worker has its own: use that in the function of the task"
    return { message: `it is ${tagOf(value)}, a part of JavaScript`, advice }
  }
  const name = classOf(value)
  for (const known of isBuiltin ? [tagOf(value), name ?? ""] : []) {
    const advice = adviceByTag.get(known)
    if (advice !== undefined) return { message: `it is ${article(known)} ${known}`, advice }
  }
  if (tagOf(value).includes("Iterator")) {
    return { message: "it is an iterator", advice: "Pass its values, as an array" }
  }
  if (isBuiltin && name !== undefined) {
    return { message: `it is ${article(name)} ${clipped(name)}`, advice: "Pass the data that it contains" }
  }
  if (name === undefined) {
    return { message: "it is an object with a custom prototype", advice: "Pass a plain object with its data" }
  }
  return { message: `it is an instance of the class ${clipped(name)}`, advice: `${schemas}, or ${asPlain}` }
}

/** The name of an object's Effect type, if that is not plain data, or not known here. */
const effectTypeOf = (value: object): string | undefined => {
  for (let each: object | null = value; each !== null; each = Object.getPrototypeOf(each)) {
    const typeId = Object.keys(each).find((key) => /^~effect\/\w+$/.test(key))
    if (typeId !== undefined && typeof each !== "function") return typeId.slice("~effect/".length)
  }
  return undefined
}

/** The name that the object has for the platform, such as "Array". */
export const tagOf = (value: object): string => Object.prototype.toString.call(value).slice(8, -1)

const classOf = (value: object): string | undefined => {
  const constructor: unknown = Reflect.get(value, "constructor")
  return typeof constructor === "function" && constructor !== Object && constructor.name !== ""
    ? constructor.name
    : undefined
}

const article = (word: string): string => (/^[AEIOU]/.test(word) ? "an" : "a")

const clipped = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text)

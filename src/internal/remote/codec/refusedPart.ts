import type { CallReply, Refusal } from "../Call.ts"
import { pathText, type Step } from "./wirePath.ts"
import { denseArray, isRecord } from "./wireShape.ts"

type Clone = (value: unknown) => unknown

/**
 * The way to the part of a written value that structured clone refuses, although the writer saw nothing wrong with it: an `arguments`
 * object, or a function that was added to an array. `specials` are skipped, because the user's value does not contain them.
 */
export const pathToRefused = (value: unknown, specials: Iterable<unknown>, clone: Clone = structuredClone): string => {
  const path: Array<Step> = []
  const seen = new Set(specials)
  for (let at = value; !seen.has(at);) {
    seen.add(at)
    const refused = partsOf(at).find(([, part]) => !seen.has(part) && refusalOf(part, clone) !== undefined)
    if (refused === undefined) break
    path.push(refused[0])
    at = refused[1]
  }
  return pathText(path)
}

const partsOf = (value: unknown): ReadonlyArray<readonly [step: Step, part: unknown]> => {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return []
  const step = (key: string): Step => (Array.isArray(value) && /^\d+$/.test(key) ? Number(key) : key)
  const isPlain = Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype
  const properties = isPlain ? Object.entries(Object.getOwnPropertyDescriptors(value)) : []
  return properties.flatMap(([key, { enumerable, value: part }]) => (enumerable === true ? [[step(key), part]] : []))
}

export const refusalOf = (value: unknown, clone: Clone): { readonly reason: unknown } | undefined => {
  try {
    clone(value)
    return undefined
  } catch (reason) {
    return { reason }
  }
}

/** The part of a reply that could not be sent. */
export const refusedReply = (reply: CallReply, reason: unknown): Pick<Refusal, "what" | "path"> => {
  const cause = reply._tag === "Failure" && isRecord(reply.cause) ? reply.cause : undefined
  const specials = cause === undefined ? [] : denseArray(cause["specials"])
  const values = cause?.["values"]
  const isResult = cause === undefined || values !== undefined
  const what = isResult ? "result" : "error"
  // Others are about the whole, which may be large.
  if (!(reason instanceof Error) || !reason.message.includes("could not be cloned")) return { what }
  const written = !isResult ? errorIn(cause["reasons"]) : reply._tag === "Success" ? reply.value : denseArray(values)[0]
  return { what, path: what + pathToRefused(written, specials) }
}

const errorIn = (reasons: unknown): unknown => {
  const [reason] = denseArray(reasons)
  return isRecord(reason) ? reason["error"] : undefined
}

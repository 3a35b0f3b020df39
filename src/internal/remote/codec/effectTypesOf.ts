import { requireNow } from "../requireNow.ts"
import type { EffectKind } from "./kindOf.ts"

/** Operations on Effect's types, which a worker whose tasks are plain functions does not load. */
export interface EffectTypes {
  /** The value that `Redacted.value` gives. */
  readonly revealed: (redacted: object) => unknown
  /** Makes a value of what was written down of one. `part` gives what a part of that stands for. */
  readonly make: (kind: EffectKind, data: unknown, part: (written: unknown) => unknown) => unknown
  /** An error that can be yielded; with the prototype of a class of ours, if `own` has its tag. */
  readonly makeError: (own: string | undefined) => Error
}

let loaded: EffectTypes | undefined

export const provideEffectTypes = (types: EffectTypes): void => {
  loaded = types
}

/** The operations, as soon as `effectTypes.ts` is imported. A worker loads them when the first value needs them, in the midst of its work. */
export const effectTypes = (): EffectTypes => {
  if (loaded === undefined) requireNow(import.meta.url, "./effectTypes")
  if (loaded === undefined) throw new Error("The types of Effect are not loaded")
  return loaded
}

import { requireNow } from "../requireNow.ts"

/** Operations on Effect's types, which a worker whose tasks are plain functions does not load. */
export interface EffectTypes {
  /** The value that `Redacted.value` gives. */
  readonly revealed: (redacted: object) => unknown
  /** Makes a value of this kind from its data. `part` reads a part of that. Throws for an unknown kind. */
  readonly make: (kind: string, data: unknown, part: (written: unknown) => unknown) => unknown
  /** An error that can be yielded. If `own` is the tag of a class of this library, it has that prototype. */
  readonly makeError: (own: string | undefined) => Error
}

let loaded: EffectTypes | undefined

export const provideEffectTypes = (types: EffectTypes): void => {
  loaded = types
}

/** The operations, from `effectTypes.ts`, which is loaded when the first value needs it. */
export const effectTypes = (): EffectTypes => {
  if (loaded === undefined) requireNow(import.meta.url, "./effectTypes")
  if (loaded === undefined) throw new Error("The types of Effect are not loaded")
  return loaded
}

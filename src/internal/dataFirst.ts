import * as Effect from "effect/Effect"

/**
 * For `dual`, where options are optional: whether what the operation is for is among the arguments. One argument alone
 * may be the options, and then that is still to come, from a pipe. What is neither goes to the operation too, which says
 * what it takes.
 */
export const dataFirst = <Options>(known: KeysOf<Options>): ((args: ArrayLike<unknown>) => boolean) => {
  const isOptions = optionsWith(known)
  return (args) => args.length > 1 || !isOptions(args[0])
}

/** A type, and not a list, so that none is forgotten. */
export type KeysOf<Options> = { readonly [K in keyof Options]-?: true }

/**
 * Whether a value may be options that have these keys, all of them optional: the compiler's rule, where others next to
 * them do no harm, and what has others alone is something else.
 */
export const optionsWith = <Options>(known: KeysOf<Options>): ((u: unknown) => boolean) => {
  const keys = Object.keys(known)
  return (u) => {
    if (u === undefined) return true
    if (typeof u !== "object" || u === null) return false
    // A task, a future and an error have a name, and would pass for options that have one.
    if (Effect.isEffect(u) || u instanceof Error || Symbol.iterator in u) return false
    return keys.some((key) => key in u) || isEmpty(u)
  }
}

const isEmpty = (u: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(u)
  return (prototype === Object.prototype || prototype === null) && Object.keys(u).length === 0
}

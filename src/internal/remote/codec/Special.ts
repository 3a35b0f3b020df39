import type { BuiltinKind } from "./builtins.ts"
import type { EffectKind } from "./kindOf.ts"
import type { WireError } from "./WireError.ts"

// A special stands in place of a value that structured clone would change. The values in it are written in the same form.
// Every special is in `specials` too. Structured clone keeps identity, so no other object can be mistaken for one.

export type Special = WireError | WireBuiltin | WireEffect | WireNote

/** An instance of a built-in class, with the fields that `builtins` writes. */
interface WireBuiltin {
  readonly kind: BuiltinKind
}

/** A value of one of Effect's data types, with the data that `effectDataOf` writes. */
export interface WireEffect {
  readonly kind: EffectKind
  data: unknown
}

/** A note on objects that cross as they are: objects without a prototype, or arrays with named properties. */
export interface WireNote {
  readonly kind: "bare" | "named"
  readonly objects: ReadonlyArray<object>
}

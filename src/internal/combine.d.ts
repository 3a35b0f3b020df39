import * as Effect from "effect/Effect"
/** All values, in order; on the first failure the others are cancelled. */
export declare const all: (given: Iterable<unknown>) => Effect.Effect<Array<unknown>, unknown>
/** The first value; the others are cancelled. Where all fail, everything that they failed with. */
export declare const race: (given: Iterable<unknown>) => Effect.Effect<unknown, unknown>

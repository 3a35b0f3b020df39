import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { InvalidOptionsError } from "../Errors.ts"
export declare const positiveInteger: (option: string, value: unknown) => number
/** `Infinity` is allowed too. */
export declare const wholeNumberOrInfinity: (option: string, value: unknown) => number
export declare const finiteNumber: (option: string, value: unknown) => number
export declare const nonEmptyString: (option: string, value: unknown) => string
export declare const oneOf: <const A extends string>(option: string, value: unknown, allowed: ReadonlyArray<A>) => A
/** A limit in milliseconds; `undefined` stands for none, which is `Infinity`. Zero is not allowed: nothing ends in no time. */
export declare const limitMillis: (option: string, value: unknown) => number
/** How long to wait, in milliseconds; `undefined` stands for forever, and zero for not at all. */
export declare const waitMillis: (option: string, value: unknown) => number
/** A duration that is more than zero and ends. */
export declare const finiteDuration: (option: string, value: unknown) => Duration.Duration
/** For operations whose errors include a bad option: what the checks in `make` throw is given back instead. */
export declare const orInvalid: <A>(make: () => A) => A | InvalidOptionsError
/** The same as an effect that fails. */
export declare const failInvalid: <A>(make: () => A) => Effect.Effect<A, InvalidOptionsError>

import { type FutureImpl } from "./FutureImpl.ts"
/** Throws an `InvalidOptionsError` for what is no future of this library. */
export declare const checkFuture: (value: unknown) => FutureImpl<unknown, unknown>
/** The futures, each once, in the order given. */
export declare const checkFutures: (values: Iterable<unknown>) => Array<FutureImpl<unknown, unknown>>

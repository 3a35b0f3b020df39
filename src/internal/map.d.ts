import * as Stream from "effect/Stream"
/** `Executor.map`. */
export declare const mapOn: (executor: unknown, items: unknown, f: unknown, options: unknown) => Stream.Stream<never>

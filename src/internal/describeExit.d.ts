import type * as Exit from "effect/Exit"
/** `Success(Uint8Array)`, `Failure(TaskTimeoutError)`, `Die(TypeError)`: types, not contents, since those may be large. */
export declare const describeExit: (exit: Exit.Exit<unknown, unknown>) => string

/**
 * Tools for testing concurrent programs.
 *
 * @since 0.1.0
 */
export * from "./Errors.ts"
export * as Interleave from "./Interleave.ts"
export * from "./it.ts"

import type { Assertion } from "./assertions.ts"

/** A request to the runner. */
export interface Job {
  readonly file: string
  readonly assertions: ReadonlyArray<Assertion>
}

/** An answer of the runner. */
export type Report =
  | { readonly type: "started"; readonly file: string }
  | { readonly type: "ended"; readonly file: string; readonly result: Result }

export interface Result {
  /** Wrong assertions, by their line in the block's code, counted from 0. */
  readonly mismatches: ReadonlyArray<{ readonly line: number; readonly message: string }>
  /** The error that was thrown or rejected, with its stack. */
  readonly errors: ReadonlyArray<string>
  /** The printed lines. */
  readonly output: string
}

import type { Assertion } from "./assertions.ts"

/** What the runner is told to run. */
export interface Job {
  readonly file: string
  readonly assertions: ReadonlyArray<Assertion>
}

/** What the runner answers. */
export type Report =
  | { readonly type: "started"; readonly file: string }
  | { readonly type: "ended"; readonly file: string; readonly result: Result }

export interface Result {
  /** Wrong assertions, by their line in the block's code, counted from 0. */
  readonly mismatches: ReadonlyArray<{ readonly line: number; readonly message: string }>
  /** What was thrown or rejected, with its stack. */
  readonly errors: ReadonlyArray<string>
  /** What was printed. */
  readonly output: string
}

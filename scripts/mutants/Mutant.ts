/** A small change that makes the code wrong, and the tests that have to see it. */
export interface Mutant {
  readonly file: string
  /** The text to replace, which the file has once. */
  readonly text: string
  readonly replacement: string
  readonly tests: ReadonlyArray<string>
}

/** The mutants of one file, which the same tests have to see. */
export const mutantsOf = (
  file: string,
  tests: ReadonlyArray<string>,
  changes: ReadonlyArray<readonly [text: string, replacement: string, ...others: ReadonlyArray<string>]>
): ReadonlyArray<Mutant> =>
  changes.map(([text, replacement, ...others]) => ({ file, text, replacement, tests: [...tests, ...others] }))

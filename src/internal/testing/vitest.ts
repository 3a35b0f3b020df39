/** The part of vitest's test context that is used here. */
export interface TestContext {
  /** With the time limit of the test in milliseconds. */
  readonly task: { readonly timeout?: number | undefined }
  readonly signal: AbortSignal
  readonly onTestFinished: (hook: () => Promise<void>) => void
}

/** Registers a test. */
export interface Register {
  (
    name: string,
    options: { readonly timeout?: number | undefined },
    test: (context: TestContext) => Promise<void>
  ): void
}

/** The part of `it` of `@effect/vitest` that is used here. */
interface VitestIt extends Register {
  readonly skip: Register
  readonly only: Register
  readonly skipIf: (condition: unknown) => Register
  readonly runIf: (condition: unknown) => Register
}

interface Vitest {
  readonly it: VitestIt
  readonly test: unknown
}

// Globals of vitest in its workers. They only serve better messages, and a better place to look first.
interface Left {
  readonly __vitest_index__?: Partial<Vitest>
  readonly __vitest_worker__?: { readonly filepath?: string }
}

const left = globalThis as Left

/** Whether a test may be registered here, as far as that is visible without loading anything. */
export const isInVitest = (): boolean =>
  left.__vitest_index__ !== undefined || globalThis.process?.env?.["VITEST"] !== undefined

let loaded: VitestIt | undefined

/**
 * The `it` of the `@effect/vitest` that the running test file would import.
 *
 * It is loaded when it is first used, because the rest of `effect-futures/testing` needs neither it nor vitest. It is loaded synchronously,
 * because tests are registered synchronously: `require` returns the same instance of an ES module as `import`.
 */
export const loadIt = (): VitestIt => (loaded ??= load())

const load = (): VitestIt => {
  if (!isInVitest()) {
    throw new Error(
      `"it" of effect-futures/testing registers tests, so it only works in a test file that vitest runs. ` +
        `Elsewhere, run Interleave.check(program).`
    )
  }
  const node = globalThis.process?.getBuiltinModule?.("node:module")
  if (node === undefined) {
    throw new Error(
      `"it" of effect-futures/testing only works where vitest runs tests in Node.js. ` +
        `Elsewhere, use it.live of @effect/vitest with Interleave.check(program).`
    )
  }
  let isOther = false
  // The first try is from the test file, whose dependencies may differ from this package's if that is linked.
  for (const from of [left.__vitest_worker__?.filepath, import.meta.url]) {
    const found = from === undefined ? undefined : requireFrom(node.createRequire(from))
    if (found === undefined) continue
    if (left.__vitest_index__ === undefined || found.test === left.__vitest_index__.test) return found.it
    isOther = true
  }
  throw new Error(isOther ? otherVitest : missing)
}

const requireFrom = (require: NodeJS.Require): Vitest | undefined => {
  try {
    return require("@effect/vitest") as Vitest
  } catch (error) {
    if (isMissing(error)) return undefined
    throw new Error(`"it" of effect-futures/testing could not load @effect/vitest.`, { cause: error })
  }
}

// The first code is that of `require` itself, the second that of the module's own imports.
const isMissing = (error: unknown): boolean =>
  error instanceof Error &&
  "code" in error &&
  (error.code === "MODULE_NOT_FOUND" || error.code === "ERR_MODULE_NOT_FOUND")

const missing =
  `"it" of effect-futures/testing needs @effect/vitest, and that needs vitest. They are not installed: ` +
  `npm install --save-dev @effect/vitest vitest`

const otherVitest =
  `"it" of effect-futures/testing found an @effect/vitest that belongs to another vitest than the one which runs this file. ` +
  `Either vitest is installed twice (npm ls vitest shows it), or the tests run in the pool "vmThreads" or "vmForks", ` +
  `where a module cannot be loaded synchronously: take the pool "forks" or "states", or it.live of @effect/vitest, ` +
  `and Interleave.check(program) in it.`

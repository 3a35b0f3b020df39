import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Scope from "effect/Scope"
import { InvalidOptionsError } from "../../Errors.ts"
import { InterleaveFailure } from "../../testing/Errors.ts"
import { check, type Report, type Strategy } from "../../testing/Interleave.ts"
import type { InterleaveTest, InterleaveTester, InterleaveTestOptions } from "../../testing/it.ts"
import { CurrentProgress, newProgress, type Progress } from "./Progress.ts"
import { loadIt, type Register, type TestContext } from "./vitest.ts"

type Program = Effect.Effect<unknown, unknown, Scope.Scope>

/** Whether a schedule must fail, or none may. */
type Expected = "none fails" | "one fails"

/** `it.interleave`. */
export const makeInterleaveTester = (): InterleaveTester => {
  const tester = (getRegister: () => Register, expected: Expected = "none fails"): InterleaveTest => {
    const test: InterleaveTest = (name, program, options, timeout) =>
      register(getRegister(), expected, stackOf(test), name, program, options, timeout)
    return test
  }
  const each: InterleaveTester["each"] = (strategies) => {
    if (strategies.length === 0) {
      throw new InvalidOptionsError({ option: "strategies", value: strategies, expected: "at least one strategy" })
    }
    const test: ReturnType<InterleaveTester["each"]> = (name, program, options, timeout) => {
      for (const strategy of strategies) {
        const all = { ...options, strategy }
        register(loadIt(), "none fails", stackOf(test), `${name} (${strategy})`, program, all, timeout)
      }
    }
    return test
  }
  return Object.assign(
    tester(() => loadIt()),
    {
      skip: tester(() => loadIt().skip),
      only: tester(() => loadIt().only),
      fails: tester(() => loadIt(), "one fails"),
      skipIf: (condition: unknown) => tester(() => loadIt().skipIf(condition)),
      runIf: (condition: unknown) => tester(() => loadIt().runIf(condition)),
      each
    }
  )
}

const register = (
  it: Register,
  expected: Expected,
  stack: string,
  name: string,
  program: Program,
  { requireProof = true, timeout: limit, ...options }: InterleaveTestOptions = {},
  timeout: number | undefined = limit
): void => {
  if (!Effect.isEffect(program)) {
    throw new TypeError(`it.interleave(${JSON.stringify(name)}) takes an effect, not a function that returns one.`)
  }
  const judge = expected === "one fails" ? expectFailure : requireProof ? expectProof : expectNothing
  // The context of the test is destructured, because vitest refuses other forms if there is any fixture.
  it(name, { timeout }, ({ onTestFinished, signal, task }) =>
    // A scope for each schedule.
    runTest(Effect.scoped(program), options, { onTestFinished, signal, task }, judge, (error) => at(stack, error))
  )
}

/** Returns what is wrong with a program's schedules, if anything is. */
type Judge = (exit: Exit.Exit<Report, InterleaveFailure>, progress: Progress) => unknown

const expectNothing: Judge = (exit) => (Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined)

const expectProof: Judge = (exit, progress) => {
  if (Exit.isFailure(exit)) return Cause.squash(exit.cause)
  const { complete, strategy } = exit.value
  return complete || !["auto", "exhaustive", "unbounded", "delay"].includes(strategy)
    ? undefined
    : unproven(exit.value, progress)
}

const expectFailure: Judge = (exit, progress) => {
  if (Exit.isSuccess(exit)) return undisproved(exit.value, progress)
  const error = Cause.squash(exit.cause)
  // A nondeterministic program proves nothing.
  return error instanceof InterleaveFailure && error.kind !== "nondeterminism" ? undefined : error
}

const runTest = async (
  program: Effect.Effect<unknown, unknown>,
  options: InterleaveTestOptions,
  { onTestFinished, signal, task }: TestContext,
  judge: Judge,
  place: (error: unknown) => unknown
): Promise<void> => {
  const progress = newProgress()
  const checking = check(program, options).pipe(Effect.provideService(CurrentProgress, progress))
  // The search stops a little before vitest's limit, which would show a second failure.
  const isOver = new AbortController()
  const timer = isLimit(task.timeout) ? setTimeout(() => isOver.abort(), ownLimit(task.timeout)) : undefined
  const ending = Effect.runPromiseExit(checking, { signal: AbortSignal.any([signal, isOver.signal]) })
  // When vitest says that the time is over, it no longer listens to the test. Only a hook can report the progress.
  const onAbort = () =>
    onTestFinished(async () => {
      await ending
      throw place(stopped(options.strategy, progress))
    })
  // If the whole run was cancelled, the signal is aborted already.
  if (signal.aborted) onAbort()
  else signal.addEventListener("abort", onAbort, { once: true })
  const exit = await ending
  clearTimeout(timer)
  if (isOver.signal.aborted && !signal.aborted) {
    signal.removeEventListener("abort", onAbort)
    throw place(stopped(options.strategy, progress, task.timeout))
  }
  signal.removeEventListener("abort", onAbort)
  const wrong = signal.aborted ? undefined : judge(exit, progress)
  if (wrong !== undefined) throw place(wrong)
}

/** The failure of a test, named after what is wrong. */
class TestFailure extends Error {
  constructor(name: string, message: string) {
    super(message)
    this.name = name
  }
}

const unproven = ({ maxDelays, maxPreemptions, schedules, strategy }: Report, { isExhausted }: Progress): TestFailure =>
  new TestFailure(
    "UnprovenError",
    `Nothing is proved: ${noneOf(schedules)}, but ${
      isExhausted
        ? "a fiber brought a tracer or a scheduler of its own, and so could not be told when to go on, or something from outside " +
          "was not waited for to the end. Run the program without it, "
        : strategy === "delay"
          ? `there are more with at most ${maxDelays} delays. Raise maxSchedules, lower maxDelays, `
          : strategy === "unbounded"
            ? "there are more. Raise maxSchedules, make the program smaller, "
            : `there are more with at most ${preemptions(maxPreemptions)}. Raise maxSchedules, lower maxPreemptions, `
    }or use strategy "pct", which looks for failures at random and proves nothing. If you can do without a proof, set ` +
      `requireProof to false.`
  )

const undisproved = (report: Report, { isExhausted }: Progress): TestFailure => {
  const others = report.complete
    ? `and there are no others with at most ${preemptions(report.maxPreemptions)}`
    : isExhausted
      ? "and it has no others"
      : "but there are others: raise maxSchedules"
  return new TestFailure(
    "UndisprovedError",
    `This test expects a failure, and there is none: with strategy "${report.strategy}" ${noneOf(report.schedules)}, ${others}. ` +
      `If the bug has been fixed, use it.interleave instead of it.interleave.fails.`
  )
}

const isLimit = (timeout: number | undefined): timeout is number =>
  timeout !== undefined && timeout > 0 && timeout < 2 ** 31

/** A tenth less, but at most a second less. */
const ownLimit = (timeout: number): number => timeout - Math.min(1000, timeout / 10)

const stopped = (strategy: Strategy = "auto", { hasFailed, schedules }: Progress, timeout?: number): TestFailure => {
  const fewer =
    strategy === "exhaustive" || strategy === "auto"
      ? `lower maxPreemptions, or take strategy "pct"`
      : "lower maxSchedules"
  return new TestFailure(
    "StoppedError",
    `${timeout === undefined ? "" : `The time limit of ${timeout}ms is over. `}Stopped ${schedules === 0 ? "within the first schedule" : `after ${count(schedules)}`} of strategy "${strategy}". ${
      hasFailed
        ? "One has failed, but there was no time to find the shortest schedule that does: raise the timeout."
        : `None has failed, which proves nothing: raise the timeout${schedules === 0 ? "" : `, or try fewer (${fewer})`}.`
    }`
  )
}

const noneOf = (schedules: number): string =>
  schedules === 1 ? "the only schedule that was tried did not fail" : `none of the ${count(schedules)} failed`

const count = (schedules: number): string =>
  schedules === 1 ? "1 schedule" : `${schedules.toLocaleString("en-US")} schedules`

const preemptions = (bound: number): string =>
  bound === 1 ? "1 preemption" : `${bound === Infinity ? "any number of" : bound} preemptions`

/** The lines of a stack trace from the caller of a function on. */
const stackOf = (f: (...args: ReadonlyArray<never>) => unknown): string => {
  const error = new Error()
  Error.captureStackTrace(error, f)
  return (error.stack ?? "").split("\n").slice(1).join("\n")
}

/**
 * The error to show for a test that was registered there.
 *
 * Nobody needs to know where an `InterleaveFailure` was made, and vitest would show all its fields below its message, which contains them.
 * The program's error is shown as its cause, with the place that threw it.
 */
const at = (stack: string, error: unknown): unknown => {
  const isTold =
    error instanceof TestFailure || error instanceof InterleaveFailure || error instanceof InvalidOptionsError
  // Unexpected errors keep their stacks.
  if (!isTold) return error
  const shown = new TestFailure(error.name, error.message)
  if (error instanceof InterleaveFailure && error.kind === "failure") {
    const cause = Cause.prettyErrors(error.cause)[0]
    if (cause?.stack?.includes("\n") === true) shown.cause = cause
  }
  shown.stack = `${error.name}: ${error.message}\n${stack}`
  return shown
}

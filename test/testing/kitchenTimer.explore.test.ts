import { assert, describe, it } from "@effect/vitest"
import type { InterleaveFailure } from "effect-futures/testing"
import * as Timers from "./explore/kitchenTimer.ts"
import { find, linesOf, prove } from "./explore/prove.ts"

const { naive, ours } = Timers

/** That these come one after the other, whatever may be between. */
const assertInOrder = (failure: InterleaveFailure, ...expected: ReadonlyArray<string>) => {
  const lines = linesOf(failure)
  let at = -1
  for (const line of expected) {
    at = lines.indexOf(line, at + 1)
    assert.isAtLeast(at, 0, `${line}\nis missing, or comes too early, in\n${lines.join("\n")}`)
  }
}

const messageOf = ({ cause }: InterleaveFailure): string => String(cause)

describe("a kitchen timer that looks and then acts", () => {
  it("two starts both succeed, when the second one looks before the first one has acted", async () => {
    const [failure] = await find(Timers.twoStarts(naive), { maxPreemptions: 2 })
    assert.include(messageOf(failure!), "starts that succeeded: expected 1, got 2")
    assert.strictEqual(failure!.preemptions, 1)
    assertInOrder(
      failure!,
      "first: const before = yield* Ref.get(state)",
      "second: const before = yield* Ref.get(state)",
      'second: yield* Ref.set(state, { _tag: "running", countdown })',
      'first: yield* Ref.set(state, { _tag: "running", countdown })'
    )
  })

  it("it is stopped and rings all the same, when time is up between the two steps of stop", async () => {
    const [failure] = await find(Timers.stopAgainstTimeUp(naive), { maxPreemptions: 1 })
    assert.include(messageOf(failure!), "it was stopped, or time was up: expected 1, got 2")
    assert.strictEqual(failure!.preemptions, 1)
    assertInOrder(
      failure!,
      "stopper: const before = yield* Ref.get(state)",
      'stopper: yield* Ref.set(state, { _tag: "stopped" })',
      'fiber 1: yield* Ref.set(state, { _tag: "timeUp" })',
      "fiber 1: yield* whenTimeUp",
      "stopper: yield* Fiber.interrupt(before.countdown)"
    )
  })

  it("it is stopped and its state is that time is up, when that comes between the two steps of stop", async () => {
    const failures = await find(Timers.stopAgainstTimeUp(naive), { maxPreemptions: 2 })
    const failure = failures.find((each) => messageOf(each).includes("the state: expected stopped, got timeUp"))
    assertInOrder(
      failure!,
      'stopper: yield* Ref.set(state, { _tag: "stopped" })',
      'fiber 1: yield* Ref.set(state, { _tag: "timeUp" })',
      "stopper: yield* Fiber.interrupt(before.countdown)"
    )
  })

  it("two stops both succeed, when the second one looks before the first one has acted", async () => {
    const [failure] = await find(Timers.twoStops(naive), { maxPreemptions: 2 })
    assert.include(messageOf(failure!), "stops that succeeded: expected 1, got 2")
    assertInOrder(
      failure!,
      "first: const before = yield* Ref.get(state)",
      "second: const before = yield* Ref.get(state)",
      'second: yield* Ref.set(state, { _tag: "stopped" })',
      'first: yield* Ref.set(state, { _tag: "stopped" })'
    )
  })

  it("on an ordinary day nothing of this shows", async () => {
    for (const program of [Timers.twoStarts(naive), Timers.stopAgainstTimeUp(naive), Timers.twoStops(naive)]) {
      await prove(program, { maxPreemptions: 0 })
    }
  })
})

// The other proofs are in test/soak.
describe("our kitchen timer, in every schedule with so many preemptions", () => {
  it("at the very instant at which time is up either stop succeeds and it does not ring, or stop fails and it rings", () =>
    prove(Timers.stopAgainstTimeUp(ours), { maxPreemptions: 3 }, "stopped at the instant", "rang at the instant"))
})

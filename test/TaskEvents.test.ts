import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Latch } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { collectEnds } from "./trace/support.ts"

const second = 1_000_000

/** A clock that goes on by itself, if at all, at each look. */
const makeClock = (perLook: number) => {
  let micros = 0
  const look = (): number => (micros += perLook)
  const clock: Clock.Clock = {
    currentTimeMillisUnsafe: () => look() / 1000,
    currentTimeMillis: Effect.sync(() => look() / 1000),
    currentTimeNanosUnsafe: () => BigInt(look()) * 1000n,
    currentTimeNanos: Effect.sync(() => BigInt(look()) * 1000n),
    monotonicTimeNanosUnsafe: () => BigInt(look()) * 1000n,
    monotonicTimeNanos: Effect.sync(() => BigInt(look()) * 1000n),
    sleep: () => Effect.never
  }
  return { clock, pass: () => void (micros += second) }
}

const makeExecutor = (clock: Clock.Clock, maxWorkers: number) =>
  Effect.provideService(FiberExecutor.make({ maxWorkers }), Clock.Clock, clock)

describe("the time at which a task begins on a fiber", () => {
  it.effect("is that of the end before it, if nothing has run since: the clock is not asked again", () =>
    Effect.gen(function* () {
      const executor = yield* makeExecutor(makeClock(second).clock, 1)
      const { ends } = yield* collectEnds(executor)
      for (let n = 0; n < 3; n++) yield* executor.submit(Effect.void)
      yield* Future.join(yield* executor.submit(Effect.promise(() => Promise.resolve())))
      yield* Future.join(yield* executor.submit(Effect.void))
      yield* Executor.shutdown(executor)
      const all = yield* ends
      for (const [n, { runningAt, startedAt }] of all.entries()) {
        if (n === 0 || n === 4) continue
        assert.deepStrictEqual([startedAt, runningAt], [all[n - 1]!.time, all[n - 1]!.time])
      }
      // The last was submitted when no other was left.
      assert.isAbove(all[4]!.startedAt!, all[3]!.time)
      assert.isAbove(all[4]!.runningAt!, all[4]!.startedAt!)
    })
  )

  it.effect("is not that of an end after which other code has run", () =>
    Effect.gen(function* () {
      const { clock, pass } = makeClock(0)
      const executor = yield* makeExecutor(clock, 2)
      const { ends } = yield* collectEnds(executor)
      const latch = yield* Latch.make()
      const endless = yield* executor.submit(Effect.never, { name: "endless" })
      const first = yield* executor.submit(latch.await, { name: "first" })
      yield* executor.submit(Effect.void, { name: "next" })
      yield* executor.submit(Effect.void, { name: "last" })
      const joining = yield* Effect.forkChild(
        Effect.gen(function* () {
          yield* Future.join(first)
          yield* Effect.forkChild(Future.cancel(endless), { startImmediately: true })
          pass()
        }),
        { startImmediately: true }
      )
      yield* latch.open
      yield* Fiber.join(joining)
      yield* Executor.shutdown(executor)
      const next = (yield* ends).find(({ name }) => name === "next")!
      assert.deepStrictEqual([next.startedAt, next.runningAt], [0, second])
    })
  )

  it.effect("is not that of the end of a fiber whose own observers have run since", () =>
    Effect.gen(function* () {
      const { clock, pass } = makeClock(0)
      const executor = yield* makeExecutor(clock, 1)
      const { ends } = yield* collectEnds(executor)
      const first = yield* executor.submit(Effect.void)
      first.fiber.addObserver(pass)
      yield* executor.submit(Effect.void)
      yield* Executor.shutdown(executor)
      const [, next] = yield* ends
      assert.deepStrictEqual([next?.startedAt, next?.runningAt], [0, second])
    })
  )
})

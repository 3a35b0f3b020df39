/** Kitchen timers in the moments that count, naive ones and ours, and what has to hold whichever way these go. */
import { Effect, Exit, Fiber, Scope } from "effect"
import { KitchenTimer } from "effect-futures"
import { Interleave } from "effect-futures/testing"
import { check } from "./check.ts"
import { makeNaiveTimer } from "./naiveTimer.ts"

/** What both of them can do. */
interface Timer {
  readonly start: (duration: string & `${number} ${"second" | "seconds"}`, bell: Bell) => Effect.Effect<void, unknown>
  readonly stop: Effect.Effect<void, unknown>
  readonly state: Effect.Effect<KitchenTimer.State>
}

class Bell {
  rings = 0
  readonly ring = Effect.sync(() => {
    this.rings++
  })
}

export const naive: Effect.Effect<Timer> = Effect.map(makeNaiveTimer, (timer) => ({
  ...timer,
  start: (duration, bell) => timer.start(duration, bell.ring)
}))

export const ours: Effect.Effect<Timer, never, Scope.Scope> = Effect.map(KitchenTimer.make(), (timer) => ({
  start: (duration, bell) => KitchenTimer.start(timer, duration, bell.ring),
  stop: KitchenTimer.stop(timer),
  state: KitchenTimer.state(timer)
}))

type Make = Effect.Effect<Timer, never, Scope.Scope>

const { named } = Interleave

/** Whether it succeeded. */
const succeeds = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<boolean> =>
  Effect.map(Effect.exit(effect), Exit.isSuccess)

const both = <A, B>(one: Effect.Effect<A>, other: Effect.Effect<B>): Effect.Effect<[A, B]> =>
  Effect.all([one, other], { concurrency: "unbounded" })

const count = (...flags: ReadonlyArray<boolean>): number => flags.filter(Boolean).length

/** Two fibers start one timer: one of them does, and the bell of that one rings. */
export const twoStarts = (make: Make) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* make
      const [one, other] = [new Bell(), new Bell()]
      const [first, second] = yield* both(
        named(succeeds(timer.start("1 second", one)), "first"),
        named(succeeds(timer.start("2 seconds", other)), "second")
      )
      check(count(first, second), 1, "starts that succeeded")
      check(yield* timer.state, "running", "the state")
      yield* Effect.sleep("3 seconds")
      check(one.rings, first ? 1 : 0, "rings of the first")
      check(other.rings, second ? 1 : 0, "rings of the second")
      check(yield* timer.state, "timeUp", "the state in the end")
      yield* Interleave.reached(first ? "the first started it" : "the second started it")
    })
  )

/** It is stopped at the very instant at which time is up: it is the one or the other. */
export const stopAgainstTimeUp = (make: Make) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* make
      const bell = new Bell()
      yield* Effect.orDie(timer.start("1 second", bell))
      const stopper = yield* Effect.forkChild(
        named(Effect.andThen(Effect.sleep("1 second"), succeeds(timer.stop)), "stopper")
      )
      const stopped = yield* Fiber.join(stopper)
      yield* Interleave.reached(stopped ? "stopped at the instant" : "rang at the instant")
      yield* Effect.sleep("1 second")
      check(count(stopped, bell.rings > 0), 1, "it was stopped, or time was up")
      check(bell.rings, stopped ? 0 : 1, "rings")
      check(yield* timer.state, stopped ? "stopped" : "timeUp", "the state")
    })
  )

/** Two fibers stop one timer: one of them does. */
export const twoStops = (make: Make) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* make
      const bell = new Bell()
      yield* Effect.orDie(timer.start("1 second", bell))
      const [first, second] = yield* both(named(succeeds(timer.stop), "first"), named(succeeds(timer.stop), "second"))
      check(count(first, second), 1, "stops that succeeded")
      yield* Effect.sleep("2 seconds")
      check(bell.rings, 0, "rings")
      yield* Interleave.reached(first ? "the first stopped it" : "the second stopped it")
    })
  )

/** A start and a stop at once: it is stopped if the start came first, and otherwise goes on to its end. */
export const startAgainstStop = (make: Make) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* make
      const bell = new Bell()
      const [started, stopped] = yield* both(
        named(succeeds(timer.start("1 second", bell)), "starter"),
        named(succeeds(timer.stop), "stopper")
      )
      check(started, true, "whether it was started")
      yield* Effect.sleep("2 seconds")
      check(bell.rings, stopped ? 0 : 1, "rings")
      check(yield* timer.state, stopped ? "stopped" : "timeUp", "the state")
      yield* Interleave.reached(stopped ? "it was stopped" : "the stop came too early")
    })
  )

/** It is started again at the very instant at which time is up: that fails as long as it runs, and no ring is lost. */
export const restartAgainstTimeUp = (make: Make) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* make
      const [one, other] = [new Bell(), new Bell()]
      yield* Effect.orDie(timer.start("1 second", one))
      const restarter = yield* Effect.forkChild(
        named(Effect.andThen(Effect.sleep("1 second"), succeeds(timer.start("1 second", other))), "restarter")
      )
      const restarted = yield* Fiber.join(restarter)
      yield* Effect.sleep("2 seconds")
      check(one.rings, 1, "rings of the first countdown")
      check(other.rings, restarted ? 1 : 0, "rings of the second")
      check(yield* timer.state, "timeUp", "the state")
      yield* Interleave.reached(restarted ? "started again" : "it still ran")
    })
  )

/** Three fibers start if it is stopped: one of them does. */
export const startIfStopped = Effect.scoped(
  Effect.gen(function* () {
    const timer = yield* KitchenTimer.make()
    const bells = [new Bell(), new Bell(), new Bell()]
    const started = yield* Effect.all(
      bells.map((bell) => Effect.orDie(KitchenTimer.startIfStopped(timer, "1 second", bell.ring))),
      { concurrency: "unbounded" }
    )
    check(count(...started), 1, "starts that did")
    yield* Effect.sleep("2 seconds")
    for (const [i, bell] of bells.entries()) check(bell.rings, started[i] === true ? 1 : 0, "rings")
    yield* Interleave.reached(`${started.indexOf(true)} started it`)
  })
)

/** Three fibers stop if it runs: one of them does. */
export const stopIfRunning = Effect.scoped(
  Effect.gen(function* () {
    const timer = yield* KitchenTimer.make()
    const bell = new Bell()
    yield* Effect.orDie(KitchenTimer.start(timer, "1 second", bell.ring))
    const stop = KitchenTimer.stopIfRunning(timer)
    const stopped = yield* Effect.all([stop, stop, stop], { concurrency: "unbounded" })
    check(count(...stopped), 1, "stops that did")
    yield* Effect.sleep("2 seconds")
    check(bell.rings, 0, "rings")
    check(yield* KitchenTimer.state(timer), "stopped", "the state")
    yield* Interleave.reached(`${stopped.indexOf(true)} stopped it`)
  })
)

/** One starts if it is stopped, one stops if it runs, at the very instant at which time is up. */
export const allAtOnce = Effect.scoped(
  Effect.gen(function* () {
    const timer = yield* KitchenTimer.make()
    const [one, other] = [new Bell(), new Bell()]
    yield* Effect.orDie(KitchenTimer.start(timer, "1 second", one.ring))
    const due = Effect.sleep("1 second")
    const [started, stopped] = yield* both(
      named(Effect.andThen(due, Effect.orDie(KitchenTimer.startIfStopped(timer, "1 second", other.ring))), "starter"),
      named(Effect.andThen(due, KitchenTimer.stopIfRunning(timer)), "stopper")
    )
    yield* Effect.sleep("3 seconds")
    const rings = one.rings + other.rings
    check(rings + count(stopped), 1 + count(started), "what was started either rang or was stopped")
    check(other.rings <= count(started), true, "what rang had been started")
    check(one.rings <= 1, true, "it rings once")
    yield* Interleave.reached(`started: ${started}, stopped: ${stopped}`)
  })
)

/** It is stopped while `whenTimeUp` runs, or begins, or ends: that fails, and leaves it alone. */
export const stopWhileItRings = (after: `${number} ${"second" | "seconds"}`) =>
  Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const log: Array<string> = []
      const ringing = Effect.sync(() => log.push("begins")).pipe(
        Effect.andThen(Effect.sleep("2 seconds")),
        Effect.andThen(Effect.sync(() => log.push("ends"))),
        Effect.onInterrupt(() => Effect.sync(() => log.push("interrupted")))
      )
      yield* Effect.orDie(KitchenTimer.start(timer, "1 second", ringing))
      const stopper = yield* Effect.forkChild(
        named(Effect.andThen(Effect.sleep(after), Effect.exit(KitchenTimer.stop(timer))), "stopper")
      )
      const stopped = yield* Fiber.join(stopper)
      yield* Effect.sleep("3 seconds")
      const expected = Exit.isSuccess(stopped) ? "" : "begins,ends"
      check(log.join(), expected, "what was heard")
      if (after !== "1 second") check(Exit.isSuccess(stopped), false, "whether it was stopped")
      check(yield* KitchenTimer.state(timer), Exit.isSuccess(stopped) ? "stopped" : "timeUp", "the state")
      yield* Interleave.reached(Exit.isSuccess(stopped) ? "stopped" : "it rang")
    })
  )

/** `whenTimeUp` starts the timer again, and another fiber stops it at that instant. */
export const restartFromWithin = Effect.scoped(
  Effect.gen(function* () {
    const timer = yield* KitchenTimer.make()
    const [one, other] = [new Bell(), new Bell()]
    const again = Effect.andThen(one.ring, Effect.orDie(KitchenTimer.start(timer, "1 second", other.ring)))
    yield* Effect.orDie(KitchenTimer.start(timer, "1 second", again))
    const stopper = yield* Effect.forkChild(
      named(Effect.andThen(Effect.sleep("1 second"), KitchenTimer.stopIfRunning(timer)), "stopper")
    )
    const stopped = yield* Fiber.join(stopper)
    yield* Effect.sleep("3 seconds")
    check(one.rings + other.rings, stopped ? one.rings : one.rings === 1 ? 2 : 0, "rings")
    if (!stopped) check(one.rings, 1, "rings of the first")
    check(yield* KitchenTimer.state(timer), stopped ? "stopped" : "timeUp", "the state")
    yield* Interleave.reached(`stopped: ${stopped}, rings: ${one.rings}`)
  })
)

/** Whoever stops it is interrupted, wherever that may be: it is stopped, or goes on as if nothing had been. */
export const interruptedStop = Effect.scoped(
  Effect.gen(function* () {
    const timer = yield* KitchenTimer.make()
    const bell = new Bell()
    yield* Effect.orDie(KitchenTimer.start(timer, "1 second", bell.ring))
    const stopper = yield* Effect.forkChild(named(KitchenTimer.stop(timer), "stopper"))
    const canceller = yield* Effect.forkChild(named(Fiber.interrupt(stopper), "canceller"))
    yield* Fiber.join(canceller)
    const isStopped = (yield* KitchenTimer.state(timer)) === "stopped"
    yield* Effect.sleep("2 seconds")
    check(bell.rings, isStopped ? 0 : 1, "rings")
    check(yield* KitchenTimer.state(timer), isStopped ? "stopped" : "timeUp", "the state")
    yield* Interleave.reached(isStopped ? "stopped" : "it went on")
  })
)

/** Its scope closes at the very instant at which time is up: it rings to the end, or is interrupted; no fiber is left. */
export const scopeClosesAsTimeIsUp = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const timer = yield* Scope.provide(KitchenTimer.make(), scope)
  const log: Array<string> = []
  const ringing = Effect.sync(() => log.push("begins")).pipe(
    Effect.andThen(Effect.yieldNow),
    Effect.andThen(Effect.sync(() => log.push("ends"))),
    Effect.onInterrupt(() => Effect.sync(() => log.push("interrupted")))
  )
  yield* Effect.orDie(KitchenTimer.start(timer, "1 second", ringing))
  yield* Effect.sleep("1 second")
  yield* Scope.close(scope, Exit.void)
  const heard = log.join()
  const state = yield* KitchenTimer.state(timer)
  check(["", "interrupted", "begins,interrupted", "begins,ends"].includes(heard), true, `whether "${heard}" may be`)
  // When time is up and `whenTimeUp` has not come to its first step, it may be interrupted there, and nothing be heard.
  check(heard === "" ? state !== "running" : state === "timeUp", true, `whether it may be ${state} then`)
  const restarted = yield* Effect.exit(KitchenTimer.start(timer, "1 second"))
  check(Exit.isSuccess(restarted), false, "whether it can be started after its scope is closed")
  yield* Effect.sleep("2 seconds")
  check(log.join(), heard, "what was heard after the scope was closed")
  yield* Interleave.reached(`heard: ${heard}`)
})

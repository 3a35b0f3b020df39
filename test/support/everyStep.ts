import { Cause, Effect, type Exit, Fiber, Latch } from "effect"
import { assert } from "vitest"
import { VirtualWorld } from "./VirtualWorld.ts"

export interface EveryStep<S> {
  /** The state before. */
  readonly setup: (world: VirtualWorld) => Effect.Effect<S, unknown>
  /** The program in which the event happens. */
  readonly main: (setup: S) => Effect.Effect<unknown, unknown>
  /** The event. `fiber` is that of `main`. */
  readonly event: (setup: S, fiber: Fiber.Fiber<unknown, unknown>) => Effect.Effect<unknown, unknown>
  /** The condition at the end. `exit` is that of `main`. Also ends what `setup` has begun. */
  readonly after: (setup: S, exit: Exit.Exit<unknown, unknown>) => Effect.Effect<unknown, unknown>
}

/**
 * Runs `main` again and again, and each time the event happens one step later: between any two steps of any fiber
 * there is. Fails if it hangs, or if a fiber or timer is left in the end.
 */
export const atEveryStep = async <S>(scenario: EveryStep<S>): Promise<number> => {
  let count = 0
  for (const resume of ["soon", "late"] as const) {
    for (let step = 1; ; step++) {
      const at = `event after step ${step}, the fiber goes on ${resume}`
      const world = new VirtualWorld(1)
      const main = Effect.gen(function* () {
        const setup = yield* scenario.setup(world)
        const fiber = yield* Effect.forkDetach(Effect.suspend(() => scenario.main(setup)))
        const happened = Latch.makeUnsafe()
        const event = Effect.suspend(() => scenario.event(setup, fiber)).pipe(Effect.ensuring(happened.open))
        world.strikeAfter(step, resume, event)
        const exit = yield* Fiber.await(fiber)
        if (!world.isArmed) yield* happened.await
        const isOver = world.isArmed || world.hasStruckAtRest
        yield* scenario.after(setup, exit)
        return isOver
      })
      const exit = await world.run(main).catch((error: unknown) => assert.fail(`${at}: ${String(error)}`))
      await world.settle(100_000)
      if (exit._tag === "Failure") assert.fail(`${at}: ${Cause.pretty(exit.cause)}`)
      for (const error of world.thrown) assert.fail(`${at}: thrown ${String(error)}`)
      assert.strictEqual(world.aliveFibers, 0, `${at}: fibers left`)
      assert.strictEqual(world.clock.sleeping, 0, `${at}: timers left`)
      count++
      if (exit.value === true) break
    }
  }
  return count
}

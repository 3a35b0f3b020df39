import { Cause, Effect, type Scope } from "effect"
import { assert } from "vitest"
import { type Behaviour, VirtualWorld } from "./VirtualWorld.ts"

/**
 * Runs a test where nothing happens by itself and time costs none. It fails if it hangs, and if a fiber or a timer is
 * left when it has ended.
 */
export const inWorld =
  (
    test: (world: VirtualWorld) => Effect.Effect<unknown, unknown, Scope.Scope>,
    behaviour?: Behaviour
  ): (() => Promise<void>) =>
  async () => {
    const world = new VirtualWorld(1, behaviour)
    const exit = await world.run(Effect.scoped(Effect.suspend(() => test(world))))
    await world.settle(100_000)
    if (exit._tag === "Failure") assert.fail(Cause.pretty(exit.cause))
    assert.deepStrictEqual(world.thrown, [])
    assert.strictEqual(world.aliveFibers, 0, "fibers left")
    assert.strictEqual(world.clock.sleeping, 0, "timers left")
  }

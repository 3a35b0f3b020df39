/**
 * Double-checked initialisation, with one check: what is to exist once is made twice.
 *
 * Two fibers need the same connection, and the first to come makes it. Only one at a time may do that, so there is a
 * lock. So that the lock is not needed any more once there is a connection, they look before they take it. Two
 * connections are made when
 *
 * 1. the first sees that there is none,
 * 2. the second sees that there is none, takes the lock, makes one, and gives the lock back,
 * 3. the first takes the lock, and makes another one.
 *
 * What was seen before the lock was taken may have changed while it was waited for: look again when you have it.
 * `Effect.cached` is what one would use.
 */
import { Effect, Ref, Semaphore } from "effect"
import { expectEqual } from "./expect.ts"

/** `connect` makes the connection, if need be. */
const program = (connect: (connections: Ref.Ref<number>, lock: Semaphore.Semaphore) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const connections = yield* Ref.make(0)
    const lock = yield* Semaphore.make(1)
    const connected = connect(connections, lock)
    yield* Effect.all([connected, connected], { concurrency: "unbounded", discard: true })
    yield* expectEqual(yield* Ref.get(connections), 1, "connections that were made")
  })

const make = (connections: Ref.Ref<number>) => Ref.update(connections, (made) => made + 1)

const unlessMade = (connections: Ref.Ref<number>, effect: Effect.Effect<void>) =>
  Effect.flatMap(Ref.get(connections), (made) => (made === 0 ? effect : Effect.void))

export const broken: Effect.Effect<void, unknown> = program((connections, lock) =>
  unlessMade(connections, lock.withPermit(make(connections)))
)

export const fixed: Effect.Effect<void, unknown> = program((connections, lock) =>
  unlessMade(connections, lock.withPermit(unlessMade(connections, make(connections))))
)

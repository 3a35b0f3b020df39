/** Small programs around what Effect itself brings for concurrency, each with what its documentation promises. */
import {
  type Cause,
  Deferred,
  Effect,
  Exit,
  Fiber,
  FiberSet,
  Latch,
  Option,
  Pool,
  PubSub,
  Queue,
  Scope,
  Semaphore,
  SubscriptionRef
} from "effect"
import { Interleave } from "effect-futures/testing"
import { both, markEnd, markIf } from "./both.ts"
import { check } from "./check.ts"

const { named } = Interleave

/** Counts who is inside at the same time. */
class Room {
  inside = 0
  most = 0
  visits = 0
  readonly visit = Effect.acquireUseRelease(
    Effect.sync(() => {
      this.visits++
      this.most = Math.max(this.most, ++this.inside)
    }),
    () => Effect.yieldNow,
    () =>
      Effect.sync(() => {
        this.inside--
      })
  )
}

// ------------------------------------------------------------------- Semaphore

/** No more are inside than there are permits, and all come to their turn. */
export const semaphoreExcludes = Effect.gen(function* () {
  const semaphore = yield* Semaphore.make(1)
  const room = new Room()
  const visit = semaphore.withPermit(room.visit)
  yield* both(visit, visit)
  check(room.most, 1, "who were inside at the same time")
  check(room.visits, 2, "visits")
  check(yield* semaphore.takeIfAvailable(1), true, "whether the permit is back")
})

/** Who waits for a permit, or has it, is interrupted: the permit is back, and the other one had it. */
export const semaphoreInterrupted = Effect.gen(function* () {
  const semaphore = yield* Semaphore.make(1)
  const room = new Room()
  const victim = yield* Effect.forkChild(named(semaphore.withPermit(room.visit), "victim"))
  const [, other] = yield* both(Fiber.interrupt(victim), Effect.exit(semaphore.withPermit(room.visit)))
  yield* markEnd(victim, "victim")
  check(Exit.isSuccess(other), true, "whether the other one had it")
  check(room.inside, 0, "who are inside")
  check(room.most, 1, "who were inside at the same time")
  check(yield* semaphore.takeIfAvailable(1), true, "whether the permit is back")
})

/** Who waits for many permits is interrupted: who waits for few behind it goes on. */
export const semaphoreManyInterrupted = Effect.gen(function* () {
  const semaphore = yield* Semaphore.make(2)
  yield* semaphore.take(1)
  const greedy = yield* Effect.forkChild(named(semaphore.withPermits(2)(Effect.void), "greedy"))
  const modest = yield* Effect.forkChild(named(semaphore.withPermits(1)(Effect.void), "modest"))
  yield* Fiber.interrupt(greedy)
  const isHeldUp = modest.pollUnsafe() === undefined
  yield* Fiber.join(modest)
  yield* markIf(isHeldUp, "modest was behind greedy")
  yield* semaphore.release(1)
  check(yield* semaphore.takeIfAvailable(2), true, "whether the permits are back")
})

/** A permit for a scope is back when that is closed, wherever its holder was interrupted. */
export const semaphoreScoped = Effect.gen(function* () {
  const semaphore = yield* Semaphore.make(1)
  const hold = Effect.scoped(Effect.andThen(semaphore.takeScoped(1), Effect.yieldNow))
  const victim = yield* Effect.forkChild(named(hold, "victim"))
  yield* both(Fiber.interrupt(victim), hold)
  yield* markEnd(victim, "victim")
  check(yield* semaphore.takeIfAvailable(1), true, "whether the permit is back")
})

/** Permits are added while one waits for them. */
export const semaphoreResized = Effect.gen(function* () {
  const semaphore = yield* Semaphore.make(1)
  yield* both(semaphore.withPermits(2)(Effect.void), semaphore.resize(2))
  check(yield* semaphore.takeIfAvailable(2), true, "whether the permits are back")
})

// ------------------------------------------------------------------------ Pool

/** What a pool has made, and has not taken down. */
class Stock {
  made = 0
  alive = 0
  readonly acquire = Effect.acquireRelease(
    Effect.sync(() => {
      this.alive++
      return { id: ++this.made, users: 0 }
    }),
    () =>
      Effect.sync(() => {
        this.alive--
      })
  )
}

interface Item {
  readonly id: number
  users: number
}

/** Uses an item, alone. */
const useAlone = (item: Item, work: Effect.Effect<void, unknown> = Effect.yieldNow) =>
  Effect.acquireUseRelease(
    Effect.sync(() => check(++item.users, 1, "users of one item")),
    () => work,
    () =>
      Effect.sync(() => {
        item.users--
      })
  )

const withPool = (
  make: (stock: Stock) => Effect.Effect<Pool.Pool<Item>, never, Scope.Scope>,
  use: (pool: Pool.Pool<Item>, stock: Stock) => Effect.Effect<void, unknown>
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const stock = new Stock()
    const scope = yield* Scope.make()
    const pool = yield* Scope.provide(make(stock), scope)
    // Its first items are made by a fiber of its own.
    yield* Effect.yieldNow
    yield* use(pool, stock)
    yield* Effect.sleep("500 millis")
    yield* Scope.close(scope, Exit.void)
    check(stock.alive, 0, "items that are left when its scope is closed")
  })

const fixed = (size: number) => (stock: Stock) => Pool.make({ acquire: stock.acquire, size })
const growing = (max: number) => (stock: Stock) =>
  Pool.makeWithTTL({ acquire: stock.acquire, min: 0, max, timeToLive: "1 minute" })

/** Two want the only item: each has it, one at a time. */
export const poolExcludes = withPool(fixed(1), (pool, stock) =>
  Effect.gen(function* () {
    const borrow = Pool.use(pool, useAlone)
    yield* both(borrow, borrow)
    check(stock.made, 1, "items")
  })
)

/** Who waits for the item, gets it, or has it, is interrupted: it is there for the other one. */
export const poolInterrupted = (how: "get" | "use") =>
  withPool(fixed(1), (pool) =>
    Effect.gen(function* () {
      const borrow =
        how === "use"
          ? Pool.use(pool, useAlone)
          : Effect.scoped(Effect.flatMap(Pool.get(pool), (item) => useAlone(item)))
      const victim = yield* Effect.forkChild(named(borrow, "victim"))
      yield* both(Fiber.interrupt(victim), borrow)
      yield* markEnd(victim, "victim")
      yield* borrow
    })
  )

/** An item is invalidated while it is used and waited for: who waits gets another one. */
export const poolInvalidated = withPool(fixed(1), (pool, stock) =>
  Effect.gen(function* () {
    const invalidating = Pool.use(pool, (item) => useAlone(item, Pool.invalidate(pool, item)))
    const ids: Array<number> = []
    const borrow = Pool.use(pool, (item) =>
      useAlone(
        item,
        Effect.sync(() => ids.push(item.id))
      )
    )
    yield* both(invalidating, borrow)
    yield* Effect.sleep("1 second")
    yield* borrow
    check(ids.at(-1)! > 1, true, "whether it is not the invalid one")
    check(stock.alive, 1, "items that are there")
  })
)

/** Its scope closes while one has the item and one waits for it. */
export const poolClosed = Effect.gen(function* () {
  const stock = new Stock()
  const scope = yield* Scope.make()
  const pool = yield* Scope.provide(fixed(1)(stock), scope)
  yield* Effect.yieldNow
  const borrow = Effect.exit(Pool.use(pool, useAlone))
  const borrowers = yield* Effect.forkChild(both(borrow, borrow))
  yield* named(Scope.close(scope, Exit.void), "closer")
  check(stock.alive, 0, "items that are left when its scope is closed")
  yield* Fiber.await(borrowers)
})

/** It may have two items: who has one gets the other one too. */
export const poolGrows = withPool(growing(2), (pool) =>
  Effect.scoped(
    Effect.gen(function* () {
      yield* Pool.get(pool)
      const more = yield* Effect.timeoutOption(Pool.get(pool), "1 second")
      check(Option.isSome(more), true, "whether it got another one")
    })
  )
)

/** It has two items: two who want one each have them at the same time. */
export const poolOfTwo = withPool(fixed(2), (pool) =>
  Effect.gen(function* () {
    const [one, other] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
    const borrow = (mine: Deferred.Deferred<void>, yours: Deferred.Deferred<void>) =>
      Pool.use(pool, (item) => useAlone(item, Effect.andThen(Deferred.succeed(mine, undefined), Deferred.await(yours))))
    yield* both(borrow(one, other), borrow(other, one))
  })
)

/** It grows on demand, and there are never more items than it may have. */
export const poolBounded = withPool(growing(1), (pool, stock) =>
  Effect.gen(function* () {
    const borrow = Pool.use(pool, (item) =>
      useAlone(
        item,
        Effect.sync(() => check(stock.alive, 1, "items"))
      )
    )
    yield* both(borrow, borrow)
  })
)

/** An item has been idle for long enough just when it is wanted: there is one for whoever wants it. */
export const poolTimeToLive = withPool(
  (stock) => Pool.makeWithTTL({ acquire: stock.acquire, min: 0, max: 1, timeToLive: "1 second" }),
  (pool) =>
    Effect.gen(function* () {
      yield* Pool.use(pool, useAlone)
      yield* Effect.sleep("1 second")
      const late = yield* Effect.timeoutOption(Pool.use(pool, useAlone), "1 minute")
      check(Option.isSome(late), true, "whether it got one")
    })
)

/** Its scope closes just when an item has been idle for long enough: the item is released all the same. */
export const poolClosesAsItemExpires = Effect.gen(function* () {
  const stock = new Stock()
  const scope = yield* Scope.make()
  const { acquire } = stock
  const pool = yield* Scope.provide(Pool.makeWithTTL({ acquire, min: 0, max: 1, timeToLive: "1 second" }), scope)
  yield* Effect.scoped(Pool.get(pool))
  yield* Effect.sleep("1 second")
  yield* Scope.close(scope, Exit.void)
  check(stock.alive, 0, "items that are left when its scope is closed")
})

/** The first item cannot be made: one of the two may fail, and nobody waits for ever. */
export const poolFailure = Effect.scoped(
  Effect.gen(function* () {
    let attempts = 0
    const acquire = Effect.suspend(() => (++attempts === 1 ? Effect.fail("no") : Effect.succeed(attempts)))
    const pool = yield* Pool.make({ acquire, size: 1 })
    const borrowed = yield* Effect.timeoutOption(Effect.exit(Pool.use(pool, Effect.succeed)), "1 second")
    check(Option.isSome(borrowed), true, "whether it got one, or heard that there is none")
  })
)

// The same without Interleave. A fiber of Effect gives way after some two thousand steps, wherever it may be then. So
// where `acquire` or `release` has just so many, this is what happens on any day.

const steps = (count: number) => Effect.forEach(Array.from({ length: count }), () => Effect.void, { discard: true })

/** Whether two who borrow from a pool wait for ever, if the first item is made in so many steps, and fails. */
export const strandsAfterFailure = (count: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      let attempts = 0
      const acquire = Effect.suspend(() =>
        ++attempts === 1 ? Effect.andThen(steps(count), Effect.fail("no")) : Effect.succeed(attempts)
      )
      const pool = yield* Pool.make({ acquire, size: 1 })
      const borrow = Effect.exit(Pool.use(pool, Effect.succeed))
      return Option.isNone(yield* Effect.timeoutOption(Effect.all([borrow, borrow], { concurrency: 2 }), "200 millis"))
    })
  )

/** Whether who has one item of a pool waits for ever for the other one, if each is made in so many steps. */
export const strandsWhileGrowing = (count: number) =>
  Effect.scoped(
    Effect.gen(function* () {
      const acquire = Effect.andThen(
        steps(count),
        Effect.sync(() => ({}))
      )
      const pool = yield* Pool.makeWithTTL({ acquire, min: 0, max: 2, timeToLive: "1 minute" })
      yield* Pool.get(pool)
      return Option.isNone(yield* Effect.timeoutOption(Pool.get(pool), "200 millis"))
    })
  )

/** How many items are never released of a pool that closes while they expire, the first of them in so many steps. */
export const leaksAsItemsExpire = (count: number) =>
  Effect.gen(function* () {
    let [alive, releases] = [0, 0]
    const scope = yield* Scope.make()
    const closed = yield* Deferred.make<void>()
    const close = Effect.ensuring(Scope.close(scope, Exit.void), Deferred.succeed(closed, undefined))
    const acquire = Effect.acquireRelease(
      Effect.sync(() => {
        alive++
        return {}
      }),
      () => {
        alive--
        return ++releases === 1 ? Effect.andThen(Effect.forkDetach(close), steps(count)) : Effect.void
      }
    )
    const pool = yield* Scope.provide(Pool.makeWithTTL({ acquire, min: 0, max: 4, timeToLive: "2 millis" }), scope)
    yield* Effect.scoped(
      Effect.all([Pool.get(pool), Pool.get(pool), Pool.get(pool), Pool.get(pool)], { concurrency: 4 })
    )
    yield* Deferred.await(closed)
    return alive
  })

// ----------------------------------------------------------------------- Queue

const sorted = (items: ReadonlyArray<number>): string => items.toSorted((a, b) => a - b).join()

/** Two offer and two take: each item is taken exactly once. */
export const queueOnce = (capacity: number) =>
  Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const [, taken] = yield* both(
      Effect.all([Queue.offer(queue, 1), Queue.offer(queue, 2)], { concurrency: "unbounded" }),
      Effect.all([Queue.take(queue), Queue.take(queue)], { concurrency: "unbounded" })
    )
    check(sorted(taken), "1,2", "what was taken")
    check(yield* Queue.size(queue), 0, "what is left")
  })

/** Who takes is interrupted: the item is taken by it, or still there. */
export const queueTakeInterrupted = (capacity: number) =>
  Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const taker = yield* Effect.forkChild(named(Queue.take(queue), "taker"))
    const producer = yield* Effect.forkChild(named(Queue.offer(queue, 1), "producer"))
    const canceller = yield* Effect.forkChild(named(Fiber.interrupt(taker), "canceller"))
    yield* Fiber.join(canceller)
    const taken = yield* Fiber.await(taker)
    yield* markEnd(taker, "taker")
    if (Exit.isFailure(taken)) check(yield* Queue.take(queue), 1, "what is still there")
    yield* Fiber.join(producer)
    check(yield* Queue.size(queue), 0, "what is left")
  })

/** One of two who take is interrupted: the other one gets the item. */
export const queueOtherTaker = Effect.gen(function* () {
  const queue = yield* Queue.bounded<number>(1)
  const victim = yield* Effect.forkChild(named(Queue.take(queue), "victim"))
  const taker = yield* Effect.forkChild(named(Queue.take(queue), "taker"))
  yield* both(Queue.offer(queue, 1), Fiber.interrupt(victim))
  const taken = yield* Fiber.await(victim)
  yield* markEnd(victim, "victim")
  if (Exit.isSuccess(taken)) yield* Queue.offer(queue, 2)
  yield* Fiber.join(taker)
  check(yield* Queue.size(queue), 0, "what is left")
})

/** Who offers is interrupted while there is no room: the item is in the queue, or is not, but never twice. */
export const queueOfferInterrupted = Effect.gen(function* () {
  const queue = yield* Queue.bounded<number>(1)
  yield* Queue.offer(queue, 1)
  const producer = yield* Effect.forkChild(named(Queue.offer(queue, 2), "producer"))
  const [, first] = yield* both(Fiber.interrupt(producer), Queue.take(queue))
  check(first, 1, "the first")
  const offered = yield* Fiber.await(producer)
  yield* markEnd(producer, "producer")
  const rest = yield* Queue.clear(queue)
  check(rest.length <= 1, true, "whether it is there once at most")
  if (Exit.isSuccess(offered)) check(rest.join(), "2", "what was offered")
})

/** It is shut down while one takes and one offers: both are told. */
export const queueShutdown = (capacity: number) =>
  Effect.gen(function* () {
    const queue = yield* Queue.bounded<number>(capacity)
    const work = Effect.all([Effect.exit(Queue.take(queue)), Queue.offer(queue, 1), Queue.offer(queue, 2)], {
      concurrency: "unbounded"
    })
    const [[taken, ...offered]] = yield* both(work, Queue.shutdown(queue))
    if (Exit.isSuccess(taken)) check(offered[taken.value - 1]!, true, "whether what was taken had been offered")
    check(yield* Queue.offer(queue, 3), false, "whether it takes more")
  })

/** It ends while one offers: what it had taken before is taken to the last, and then there is the end. */
export const queueEnd = Effect.gen(function* () {
  const queue = yield* Queue.bounded<number, Cause.Done>(1)
  const produce = Effect.gen(function* () {
    const offered = [yield* Queue.offer(queue, 1), yield* Queue.offer(queue, 2)]
    yield* Queue.end(queue)
    return offered
  })
  const [offered, taken] = yield* both(produce, Queue.collect(queue))
  check(offered.join(), "true,true", "what was offered")
  check(taken.join(), "1,2", "what was taken")
})

/** It is ended by another one than who offers: what was accepted is taken, and nothing else. */
export const queueEndAgainstOffer = Effect.gen(function* () {
  const queue = yield* Queue.bounded<number, Cause.Done>(1)
  const produce = Effect.all([Queue.offer(queue, 1), Queue.offer(queue, 2)])
  const [[offered], taken] = yield* both(both(produce, Queue.end(queue)), Queue.collect(queue))
  const accepted = [1, 2].filter((_, i) => offered[i] === true)
  check(taken.join(), accepted.join(), "what was taken")
})

/** One waits for two items, and one for one; three are offered. */
export const queueBatches = Effect.gen(function* () {
  const queue = yield* Queue.bounded<number>(2)
  const take = Effect.all([Queue.takeN(queue, 2), Effect.map(Queue.take(queue), (one) => [one])], {
    concurrency: "unbounded"
  })
  const [, taken] = yield* both(Queue.offerAll(queue, [1, 2, 3]), take)
  check(sorted(taken.flat()), "1,2,3", "what was taken")
})

// -------------------------------------------------------------------- FiberSet

/** It is empty when all have ended. */
export const fiberSetAwaitEmpty = Effect.scoped(
  Effect.gen(function* () {
    const set = yield* FiberSet.make()
    let ended = 0
    const work = Effect.andThen(
      Effect.yieldNow,
      Effect.sync(() => ended++)
    )
    yield* FiberSet.run(set, work)
    yield* FiberSet.run(set, work)
    const isEarly = ended < 2
    yield* FiberSet.awaitEmpty(set)
    yield* markIf(isEarly, "it was not empty yet")
    check(ended, 2, "fibers that have ended")
    check(yield* FiberSet.size(set), 0, "its size")
  })
)

/** A fiber fails while another one is added: who joins the set hears of it. */
export const fiberSetJoin = Effect.scoped(
  Effect.gen(function* () {
    const set = yield* FiberSet.make<void, string>()
    const failing = FiberSet.run(set, Effect.andThen(Effect.yieldNow, Effect.fail("no")))
    const [joined] = yield* both(
      Effect.exit(FiberSet.join(set)),
      Effect.andThen(failing, FiberSet.run(set, Effect.never))
    )
    check(Exit.isFailure(joined), true, "whether a joiner hears of it")
  })
)

/** All are interrupted, and have ended when it says so. */
export const fiberSetClear = Effect.scoped(
  Effect.gen(function* () {
    const set = yield* FiberSet.make()
    const room = new Room()
    yield* FiberSet.run(set, room.visit)
    yield* FiberSet.run(set, Effect.andThen(room.visit, Effect.never))
    const isInside = room.inside > 0
    yield* named(FiberSet.clear(set), "clearer")
    yield* markIf(isInside, "one was inside")
    check(room.inside, 0, "who are inside")
    check(yield* FiberSet.size(set), 0, "its size")
  })
)

/** A fiber is added while it closes: it is interrupted, and nothing goes on. */
export const fiberSetCloses = Effect.gen(function* () {
  const scope = yield* Scope.make()
  const set = yield* Scope.provide(FiberSet.make(), scope)
  const room = new Room()
  const [fiber] = yield* both(
    FiberSet.run(set, Effect.andThen(room.visit, Effect.never)),
    Scope.close(scope, Exit.void)
  )
  yield* Fiber.await(fiber)
  check(room.inside, 0, "who are inside")
  check(yield* FiberSet.size(set), 0, "its size")
})

// --------------------------------------------------- Deferred, Latch, and others

/** Two settle it: one of them does, and who waits gets what that one gave. */
export const deferredOnce = Effect.gen(function* () {
  const deferred = yield* Deferred.make<number>()
  const waiter = yield* Effect.forkChild(Deferred.await(deferred))
  const [one, other] = yield* both(Deferred.succeed(deferred, 1), Deferred.succeed(deferred, 2))
  check(one, !other, "whether one of them did")
  check(yield* Fiber.join(waiter), one ? 1 : 2, "what it was settled with")
})

/** One of two who wait is interrupted just when it is settled: the other one is woken. */
export const deferredInterrupted = Effect.gen(function* () {
  const deferred = yield* Deferred.make<number>()
  const victim = yield* Effect.forkChild(named(Deferred.await(deferred), "victim"))
  const waiter = yield* Effect.forkChild(named(Deferred.await(deferred), "waiter"))
  yield* both(Fiber.interrupt(victim), Deferred.succeed(deferred, 1))
  yield* markEnd(victim, "victim")
  check(yield* Fiber.join(waiter), 1, "what it was settled with")
})

/** It is opened while two wait, and one of them is interrupted. */
export const latchOpens = Effect.gen(function* () {
  const latch = yield* Latch.make()
  const victim = yield* Effect.forkChild(named(latch.await, "victim"))
  const waiter = yield* Effect.forkChild(named(latch.await, "waiter"))
  yield* both(Fiber.interrupt(victim), latch.open)
  yield* markEnd(victim, "victim")
  yield* Fiber.join(waiter)
})

/** It is closed again just after it was opened: who has waited before goes on. */
export const latchClosesAgain = Effect.gen(function* () {
  const latch = yield* Latch.make()
  const waiter = yield* Effect.forkChild(named(latch.await, "waiter"))
  yield* Effect.sleep("1 second")
  const opened = Effect.map(Effect.andThen(latch.open, latch.close), () => waiter.pollUnsafe() === undefined)
  const [isBehind] = yield* both(opened, Effect.yieldNow)
  yield* Fiber.join(waiter)
  yield* markIf(isBehind, "it was closed before the waiter went on")
})

/** What is published while two are subscribed reaches both, in order. */
export const pubSubReachesAll = Effect.scoped(
  Effect.gen(function* () {
    const hub = yield* PubSub.bounded<number>(1)
    const subscriptions = [yield* PubSub.subscribe(hub), yield* PubSub.subscribe(hub)]
    const listen = Effect.all(
      subscriptions.map((each) => Effect.all([PubSub.take(each), PubSub.take(each)])),
      { concurrency: "unbounded" }
    )
    const [heard] = yield* both(listen, Effect.all([PubSub.publish(hub, 1), PubSub.publish(hub, 2)]))
    for (const each of heard) check(each.join(), "1,2", "what was heard")
  })
)

/** A subscriber leaves while one publishes that waits for it: the publisher goes on, and the other one hears all. */
export const pubSubLeaves = Effect.scoped(
  Effect.gen(function* () {
    const hub = yield* PubSub.bounded<number>(1)
    const leaving = yield* Scope.make()
    yield* Scope.provide(PubSub.subscribe(hub), leaving)
    yield* both(Effect.all([PubSub.publish(hub, 1), PubSub.publish(hub, 2)]), Scope.close(leaving, Exit.void))
  })
)

/** No update is lost. */
export const subscriptionRefUpdates = Effect.gen(function* () {
  const ref = yield* SubscriptionRef.make(0)
  const increment = SubscriptionRef.updateEffect(ref, (n) => Effect.as(Effect.yieldNow, n + 1))
  yield* both(increment, increment)
  check(yield* SubscriptionRef.get(ref), 2, "the count")
})

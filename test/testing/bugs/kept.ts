/** Promises that hold in every schedule that was tried. docs/bugs-found.md says how far each was explored. */
import {
  Cache,
  Deferred,
  Duration,
  Effect,
  type Exit,
  Fiber,
  FiberHandle,
  FiberMap,
  Latch,
  PubSub,
  Queue,
  RcMap,
  Ref,
  Semaphore,
  SubscriptionRef,
  SynchronizedRef,
  TxDeferred,
  TxRef
} from "effect"
import { Future, KitchenTimer } from "effect-futures"
import pLimit from "p-limit"
import PQueue from "p-queue"
import { check } from "../explore/check.ts"

const unbounded = { concurrency: "unbounded", discard: true } as const

const both = <E>(one: Effect.Effect<unknown, E>, other: Effect.Effect<unknown, E>) =>
  Effect.all([one, other], unbounded)

const interrupted = <A, E>(self: Effect.Effect<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(self, { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    return yield* Fiber.await(fiber)
  })

export const kept: Readonly<Record<string, Effect.Effect<void, unknown>>> = {
  "Cache.get: a waiting fiber gets the value even if the first fiber is interrupted": Effect.gen(function* () {
    const cache = yield* Cache.make({ capacity: 1, lookup: (_: string) => Effect.as(Effect.yieldNow, 1) })
    const first = yield* Effect.forkChild(interrupted(Cache.get(cache, "a")), { startImmediately: true })
    check(yield* Cache.get(cache, "a"), 1, "the value")
    yield* Fiber.await(first)
  }),
  "Effect.cached: computes once": Effect.gen(function* () {
    const count = yield* Ref.make(0)
    const cached = yield* Effect.cached(
      Effect.andThen(
        Effect.yieldNow,
        Ref.updateAndGet(count, (n) => n + 1)
      )
    )
    yield* both(cached, cached)
    check(yield* Ref.get(count), 1, "how often it was computed")
  }),
  "Queue.takeBetween: no item is lost between two fibers that take": Effect.gen(function* () {
    const queue = yield* Queue.unbounded<number>()
    const taken = yield* Ref.make(0)
    const take = Effect.flatMap(Queue.takeBetween(queue, 1, 2), (items) => Ref.update(taken, (n) => n + items.length))
    yield* Effect.all([take, take, Queue.offerAll(queue, [1, 2])], unbounded).pipe(
      Effect.raceFirst(Effect.sleep("1 second"))
    )
    check((yield* Ref.get(taken)) + (yield* Queue.size(queue)), 2, "what was taken and what is left")
  }),
  "SubscriptionRef: a late subscriber sees the present value": Effect.gen(function* () {
    const ref = yield* SubscriptionRef.make(0)
    yield* both(
      SubscriptionRef.update(ref, (n) => n + 1),
      SubscriptionRef.update(ref, (n) => n + 1)
    )
    check(yield* SubscriptionRef.get(ref), 2, "the value")
  }),
  "SynchronizedRef.updateEffect: runs one update at a time": Effect.gen(function* () {
    const ref = yield* SynchronizedRef.make(0)
    const add = SynchronizedRef.updateEffect(ref, (n) => Effect.as(Effect.yieldNow, n + 1))
    yield* both(add, add)
    check(yield* SynchronizedRef.get(ref), 2, "the value")
  }),
  "Effect.raceFirst: the finalizer of the loser has run when the race ends": Effect.gen(function* () {
    const open = yield* Ref.make(0)
    const use = Effect.acquireUseRelease(
      Ref.update(open, (n) => n + 1),
      () => Effect.yieldNow,
      () => Ref.update(open, (n) => n - 1)
    )
    yield* Effect.raceFirst(use, use)
    check(yield* Ref.get(open), 0, "what is still open")
  }),
  "Effect.timeout: an effect that exceeds its time has ended when the timeout is reported": Effect.gen(function* () {
    const open = yield* Ref.make(0)
    const use = Effect.acquireUseRelease(
      Ref.update(open, (n) => n + 1),
      () => Effect.sleep("1 second"),
      () => Ref.update(open, (n) => n - 1)
    )
    yield* Effect.exit(Effect.timeout(use, "1 second"))
    check(yield* Ref.get(open), 0, "what is still open")
  }),
  "FiberHandle.run: the end of the scope ends its fiber": Effect.gen(function* () {
    const open = yield* Ref.make(0)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const handle = yield* FiberHandle.make()
        const use = Effect.acquireUseRelease(
          Ref.update(open, (n) => n + 1),
          () => Effect.never,
          () => Ref.update(open, (n) => n - 1)
        )
        yield* FiberHandle.run(handle, use)
      })
    )
    check(yield* Ref.get(open), 0, "what is still open")
  }),
  "FiberMap.run: the end of the scope ends its fibers": Effect.gen(function* () {
    const open = yield* Ref.make(0)
    yield* Effect.scoped(
      Effect.gen(function* () {
        const map = yield* FiberMap.make<string>()
        const use = Effect.acquireUseRelease(
          Ref.update(open, (n) => n + 1),
          () => Effect.never,
          () => Ref.update(open, (n) => n - 1)
        )
        yield* FiberMap.run(map, "a", use)
        yield* FiberMap.run(map, "b", use)
        yield* Effect.yieldNow
      })
    )
    check(yield* Ref.get(open), 0, "what is still open")
  }),
  "Latch.open: wakes all waiting fibers": Effect.gen(function* () {
    const latch = yield* Latch.make(false)
    yield* Effect.all([latch.await, latch.await, latch.open], unbounded)
  }),
  "PubSub.shutdown: a fiber that waits for a message ends": Effect.scoped(
    Effect.gen(function* () {
      const pubsub = yield* PubSub.unbounded<number>()
      const subscription = yield* PubSub.subscribe(pubsub)
      yield* both(Effect.exit(PubSub.take(subscription)), PubSub.shutdown(pubsub))
    })
  ),
  "PubSub: each of two subscribers gets each message": Effect.scoped(
    Effect.gen(function* () {
      const pubsub = yield* PubSub.unbounded<number>()
      const one = yield* PubSub.subscribe(pubsub)
      const other = yield* PubSub.subscribe(pubsub)
      yield* Effect.all([PubSub.publish(pubsub, 7), PubSub.take(one), PubSub.take(other)], unbounded)
    })
  ),
  "TxRef: a transfer is seen completely or not at all": Effect.gen(function* () {
    const from = yield* TxRef.make(10)
    const to = yield* TxRef.make(0)
    const transfer = Effect.tx(
      Effect.andThen(
        TxRef.update(from, (n) => n - 1),
        TxRef.update(to, (n) => n + 1)
      )
    )
    const look = Effect.flatMap(Effect.tx(Effect.all([TxRef.get(from), TxRef.get(to)])), ([a, b]) =>
      Effect.sync(() => check(a + b, 10, "the sum"))
    )
    yield* both(transfer, look)
  }),
  "TxDeferred: is completed once": Effect.gen(function* () {
    const deferred = yield* TxDeferred.make<number>()
    const won = yield* Ref.make(0)
    const complete = Effect.flatMap(TxDeferred.succeed(deferred, 1), (isFirst) =>
      Ref.update(won, (n) => n + Number(isFirst))
    )
    yield* both(complete, complete)
    check(yield* Ref.get(won), 1, "how many completed it")
  }),
  "Semaphore.resize: a waiting fiber goes on when there is room": Effect.gen(function* () {
    const semaphore = yield* Semaphore.make(1)
    yield* semaphore.take(1)
    yield* both(semaphore.take(1), semaphore.resize(2))
  }),
  "Semaphore.withPermit: returns its permit when it is interrupted": Effect.gen(function* () {
    const semaphore = yield* Semaphore.make(1)
    yield* interrupted(semaphore.withPermit(Effect.yieldNow))
    yield* semaphore.take(1)
  }),
  "Effect.forEach: runs no more at once than `concurrency` allows": Effect.gen(function* () {
    let running = 0
    yield* Effect.forEach(
      [1, 2, 3],
      () =>
        Effect.gen(function* () {
          check(++running <= 2, true, "two at once")
          yield* Effect.yieldNow
          running--
        }),
      { concurrency: 2, discard: true }
    )
  }),
  "RcMap: releases an entry that was idle for its time to live": Effect.gen(function* () {
    const open = new Set<string>()
    yield* Effect.scoped(
      Effect.gen(function* () {
        const map = yield* RcMap.make({
          lookup: (key: string) =>
            Effect.acquireRelease(
              Effect.sync(() => open.add(key)),
              () => Effect.sync(() => open.delete(key))
            ),
          idleTimeToLive: Duration.seconds(1)
        })
        const use = Effect.scoped(RcMap.get(map, "a"))
        yield* both(use, use)
        yield* Effect.sleep("1 hour")
        check(open.size, 0, "what is still open")
      })
    )
  }),
  "Future: joining and settling agree": Effect.gen(function* () {
    const future = yield* Future.make<number>()
    const joined = yield* Effect.forkChild(Future.join(future))
    yield* Future.succeed(future, 1)
    check(yield* Fiber.join(joined), 1, "the result")
  }),
  "KitchenTimer: of two fibers that start a timer, one starts it": Effect.scoped(
    Effect.gen(function* () {
      const timer = yield* KitchenTimer.make()
      const starts = yield* Ref.make(0)
      const start = Effect.flatMap(
        KitchenTimer.startIfStopped(timer, "1 second", () => {}),
        (isStarted) => Ref.update(starts, (n) => n + Number(isStarted))
      )
      yield* both(start, start)
      check(yield* Ref.get(starts), 1, "how many started it")
    })
  ),
  "p-limit: runs one at a time": Effect.gen(function* () {
    const limit = pLimit(1)
    let running = 0
    const task = Effect.promise(() =>
      limit(async () => {
        check(++running, 1, "how many run")
        await undefined
        running--
      })
    )
    yield* both(task, task)
  }),
  "p-queue: is idle when all tasks have ended": Effect.gen(function* () {
    const queue = new PQueue({ concurrency: 1 })
    let ended = 0
    const task = Effect.promise(() => queue.add(async () => void ended++))
    yield* both(task, task)
    yield* Effect.promise(() => queue.onIdle())
    check(ended, 2, "how many have ended")
  }),
  "Deferred: interrupting one waiting fiber does not affect the others": Effect.gen(function* () {
    const deferred = yield* Deferred.make<number>()
    const waiting = yield* Effect.forkChild(Deferred.await(deferred), { startImmediately: true })
    yield* both(interrupted(Deferred.await(deferred)), Deferred.succeed(deferred, 1))
    check(yield* Fiber.join(waiting), 1, "the value")
  })
}

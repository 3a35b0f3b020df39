/** Promises of Effect 4.1.0 that some schedule breaks, each as a program that dies in it. docs/bugs-found.md tells of them. */
import {
  Cache,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Layer,
  LayerRef,
  PartitionedSemaphore,
  RcMap,
  RcRef,
  Ref,
  Scope,
  ScopedCache,
  ScopedRef,
  TxQueue,
  TxReentrantLock,
  TxSemaphore
} from "effect"
import { check } from "../explore/check.ts"

/** Runs it in a fiber of its own, interrupts that, and waits until it has ended. */
const interrupted = <A, E>(self: Effect.Effect<A, E>): Effect.Effect<Exit.Exit<A, E>> =>
  Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(self, { startImmediately: true })
    yield* Fiber.interrupt(fiber)
    return yield* Fiber.await(fiber)
  })

export const txSemaphorePermit = Effect.gen(function* () {
  const semaphore = yield* TxSemaphore.make(1)
  yield* interrupted(TxSemaphore.withPermit(semaphore, Effect.void))
  check(yield* TxSemaphore.available(semaphore), 1, "the permit of a call that was interrupted is given back")
})

export const txReentrantLock = Effect.gen(function* () {
  const lock = yield* TxReentrantLock.make()
  yield* interrupted(TxReentrantLock.withWriteLock(lock, Effect.void))
  check(yield* TxReentrantLock.locked(lock), false, "a write lock is given up by a call that was interrupted")
})

export const txQueueTake = Effect.gen(function* () {
  const queue = yield* TxQueue.unbounded<number>()
  yield* TxQueue.offer(queue, 1)
  const exit = yield* interrupted(TxQueue.take(queue))
  if (Exit.isFailure(exit)) check(yield* TxQueue.size(queue), 1, "an item that nobody got is still there")
})

export const partitionedSemaphore = Effect.gen(function* () {
  const semaphore = yield* PartitionedSemaphore.make<string>({ permits: 1 })
  const held = yield* Deferred.make<void>()
  const holder = yield* Effect.forkChild(semaphore.withPermit("a")(Deferred.await(held)), { startImmediately: true })
  const waiter = yield* Effect.forkChild(semaphore.withPermit("b")(Effect.void), { startImmediately: true })
  const letGo = yield* Effect.forkChild(Deferred.succeed(held, undefined))
  yield* Fiber.interrupt(waiter)
  yield* Fiber.await(letGo)
  yield* Fiber.await(holder)
  check(yield* semaphore.available, 1, "the permit of a call that was interrupted is given back")
})

export const rcRefInvalidate = Effect.scoped(
  Effect.gen(function* () {
    const version = yield* Ref.make(1)
    const ref = yield* RcRef.make({ acquire: Effect.flatMap(Ref.get(version), (v) => Effect.as(Effect.yieldNow, v)) })
    const scope = yield* Scope.make()
    const first = yield* Effect.forkChild(Scope.provide(RcRef.get(ref), scope), { startImmediately: true })
    yield* Ref.set(version, 2)
    yield* RcRef.invalidate(ref)
    yield* Fiber.await(first)
    check(yield* Effect.scoped(RcRef.get(ref)), 2, "what comes after invalidate is acquired anew")
  })
)

class Version extends Context.Service<Version, number>()("test/Version") {}

export const layerRefRefresh = Effect.scoped(
  Effect.gen(function* () {
    const version = yield* Ref.make(1)
    const layer = Layer.effect(
      Version,
      Effect.flatMap(Ref.get(version), (v) => Effect.as(Effect.yieldNow, v))
    )
    const ref = yield* LayerRef.make(layer)
    const scope = yield* Scope.make()
    const building = yield* Effect.forkChild(Scope.provide(ref.contextEffect, scope), { startImmediately: true })
    yield* Ref.set(version, 2)
    yield* ref.refresh
    yield* Fiber.await(building)
    const context = yield* Effect.scoped(ref.contextEffect)
    check(Context.get(context, Version), 2, "what comes after refresh is built anew")
  })
)

export const cacheRefresh = Effect.gen(function* () {
  const source = yield* Ref.make(1)
  const cache = yield* Cache.make({
    capacity: 10,
    lookup: (_: string) => Effect.flatMap(Ref.get(source), (value) => Effect.as(Effect.yieldNow, value))
  })
  yield* Cache.get(cache, "a")
  const refresh = yield* Effect.forkChild(Cache.refresh(cache, "a"), { startImmediately: true })
  yield* Cache.set(cache, "a", 2)
  yield* Fiber.await(refresh)
  check(yield* Cache.get(cache, "a"), 2, "what was set after a refresh began is still there")
})

export const scopedCacheRefresh = Effect.scoped(
  Effect.gen(function* () {
    const source = yield* Ref.make(1)
    const cache = yield* ScopedCache.make({
      capacity: 10,
      lookup: (_: string) => Effect.flatMap(Ref.get(source), (value) => Effect.as(Effect.yieldNow, value))
    })
    yield* ScopedCache.get(cache, "a")
    const refresh = yield* Effect.forkChild(ScopedCache.refresh(cache, "a"), { startImmediately: true })
    yield* ScopedCache.set(cache, "a", 2)
    yield* Fiber.await(refresh)
    check(yield* ScopedCache.get(cache, "a"), 2, "what was set after a refresh began is still there")
  })
)

export const scopedRefGet = Effect.scoped(
  Effect.gen(function* () {
    const open = new Set<number>()
    const resource = (id: number) =>
      Effect.acquireRelease(
        Effect.sync(() => (open.add(id), id)),
        () =>
          Effect.andThen(
            Effect.sync(() => open.delete(id)),
            Effect.yieldNow
          )
      )
    const ref = yield* ScopedRef.fromAcquire(resource(1))
    const set = yield* Effect.forkChild(ScopedRef.set(ref, resource(2)), { startImmediately: true })
    yield* Effect.yieldNow
    const id = yield* ScopedRef.get(ref)
    check(open.has(id), true, "what get gives has not been released")
    yield* Fiber.await(set)
  })
)

export const layerMemo = Effect.gen(function* () {
  const layer = Layer.effect(Version, Effect.as(Effect.sleep("1 second"), 1))
  const memo = yield* Layer.makeMemoMap
  const build = Effect.scoped(Effect.flatMap(Effect.scope, (scope) => Layer.buildWithMemoMap(layer, memo, scope)))
  const first = yield* Effect.forkChild(build, { startImmediately: true })
  const second = yield* Effect.forkChild(build, { startImmediately: true })
  yield* Fiber.interrupt(first)
  check((yield* Fiber.await(second))._tag, "Success", "who was not interrupted gets what it builds")
})

export const scopedCacheGet = Effect.gen(function* () {
  const open = new Set<string>()
  yield* Effect.scoped(
    Effect.gen(function* () {
      const cache = yield* ScopedCache.make({
        capacity: 10,
        lookup: (key: string) =>
          Effect.acquireRelease(Effect.as(Effect.yieldNow, open.add(key)), () => Effect.sync(() => open.delete(key)))
      })
      yield* interrupted(ScopedCache.get(cache, "a"))
    })
  )
  check(open.size, 0, "what a cache holds is released with it")
})

export const rcMapIdle = Effect.gen(function* () {
  let open = 0
  yield* Effect.scoped(
    Effect.gen(function* () {
      const resource = Effect.acquireRelease(
        Effect.sync(() => open++),
        () => Effect.sync(() => open--)
      )
      const map = yield* RcMap.make({ lookup: (_: string) => resource, idleTimeToLive: "10 millis" })
      const use = Effect.scoped(RcMap.get(map, "a"))
      yield* use
      // Just when it is to be released it is used once more.
      yield* Effect.sleep("10 millis")
      yield* use
      yield* Effect.sleep("100 millis")
      check(open, 0, "an entry that is idle is released")
    })
  )
})

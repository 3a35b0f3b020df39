/** The work-stealing queues of CHESS: an owner pushes and pops at one end while a thief steals from the other. */
import { Effect } from "effect"
import { compareAndSwap, ensure, get, lock, mutex, set, threads, times, unlock, variable } from "../kit.ts"

interface Form {
  /** Whether the thief claims by an atomic exchange and not by a write. */
  readonly isInterlocked: boolean
  /** Whether items keep a state of their own that tells how often each was taken. */
  readonly hasState: boolean
}

/** The owner's pop reads the head before it has published the new tail, so it and the thief may take the same item. */
export const workStealingQueue = ({ hasState, isInterlocked }: Form, items = 3) =>
  Effect.gen(function* () {
    const guard = yield* mutex
    const head = yield* variable(0)
    const tail = yield* variable(0)
    const taken = yield* Effect.forEach(
      times(items, () => 0),
      (value) => variable(value)
    )
    const states = yield* Effect.forEach(
      times(items, () => "queued"),
      (value) => variable(value)
    )
    const take = (index: number) =>
      Effect.gen(function* () {
        if (hasState) {
          yield* ensure(yield* compareAndSwap(states[index]!, "queued", "taken"), `item ${index} was taken twice`)
          return
        }
        const before = yield* get(taken[index]!)
        yield* set(taken[index]!, before + 1)
        yield* ensure(before === 0, `item ${index} was taken twice`)
      })
    const push = Effect.gen(function* () {
      yield* set(tail, (yield* get(tail)) + 1)
    })
    const pop = Effect.gen(function* () {
      const last = (yield* get(tail)) - 1
      const first = yield* get(head)
      if (first > last) return
      yield* set(tail, last)
      if (first < last) return yield* take(last)
      // The last item: under the lock.
      yield* lock(guard)
      if ((yield* get(head)) <= last) {
        yield* unlock(guard)
        return yield* take(last)
      }
      yield* set(tail, last + 1)
      yield* unlock(guard)
    })
    const steal = Effect.gen(function* () {
      yield* lock(guard)
      const first = yield* get(head)
      if (isInterlocked) yield* compareAndSwap(head, first, first + 1)
      else yield* set(head, first + 1)
      if (first < (yield* get(tail))) {
        yield* unlock(guard)
        return yield* take(first)
      }
      yield* set(head, first)
      yield* unlock(guard)
    })
    const owner = Effect.gen(function* () {
      for (let i = 0; i < items; i++) yield* push
      for (let i = 0; i < items; i++) yield* pop
    })
    const thief = Effect.gen(function* () {
      for (let i = 0; i < items - 1; i++) yield* steal
    })
    yield* threads([owner, thief])
  })

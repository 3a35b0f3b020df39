/** The work-stealing queues of CHESS: an owner pushes and pops at one end while a thief steals from the other. */
import { Effect } from "effect"
import { compareAndSwap, ensure, get, lock, mutex, set, threads, times, unlock, variable } from "../kit.ts"

interface Form {
  /** Whether the thief claims by an atomic exchange and not by a write. */
  readonly isInterlocked: boolean
  /** Whether items keep a state of their own that tells whether they were taken. */
  readonly hasState: boolean
}

const items = 4

/**
 * The owner's pop looks at the head before it has published the new tail, so it and the thief may both take the last item. The
 * driver is that of SCTBench: twice two pushes and a pop, then two pops, next to two attempts to steal.
 */
export const workStealingQueue = ({ hasState, isInterlocked }: Form) =>
  Effect.gen(function* () {
    const guard = yield* mutex
    const head = yield* variable(0)
    const tail = yield* variable(0)
    const slots = yield* Effect.forEach(
      times(items, () => -1),
      (value) => variable(value)
    )
    const uses = yield* Effect.forEach(
      times(items, () => 0),
      (value) => variable(value)
    )
    const use = (index: number) =>
      Effect.gen(function* () {
        const item = yield* get(slots[index]!)
        const before = hasState ? ((yield* compareAndSwap(uses[item]!, 0, 1)) ? 0 : 1) : yield* get(uses[item]!)
        yield* ensure(before === 0, `item ${item} was taken twice`)
        if (!hasState) yield* set(uses[item]!, 1)
      })
    const push = (item: number) =>
      Effect.gen(function* () {
        const last = yield* get(tail)
        yield* set(slots[last]!, item)
        yield* set(tail, last + 1)
      })
    const pop = Effect.gen(function* () {
      const last = (yield* get(tail)) - 1
      if ((yield* get(head)) <= last) {
        yield* set(tail, last)
        yield* use(last)
      }
    })
    const steal = Effect.gen(function* () {
      yield* lock(guard)
      const first = yield* get(head)
      if (isInterlocked) yield* compareAndSwap(head, first, first + 1)
      else yield* set(head, first + 1)
      const isFound = first < (yield* get(tail))
      if (!isFound) yield* set(head, first)
      yield* unlock(guard)
      if (isFound) yield* use(first)
    })
    const owner = Effect.gen(function* () {
      for (let i = 0; i < items; i += 2) {
        yield* push(i)
        yield* push(i + 1)
        yield* pop
      }
      for (let i = 0; i < items; i += 2) yield* pop
    })
    yield* threads([owner, Effect.andThen(steal, steal)])
  })

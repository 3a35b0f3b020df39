/** The CS suite of SCTBench: small programs, each with one well-known fault. */
import { Effect } from "effect"
import { add, condition, ensure, get, lock, mutex, set, threads, times, unlock, variable } from "../kit.ts"

/** A deposit, a withdrawal and a check that takes the sum for one in which only one of them counts. */
export const account = Effect.gen(function* () {
  const guard = yield* mutex
  const balance = yield* variable(10)
  const deposited = yield* variable(false)
  const withdrawn = yield* variable(false)
  const deposit = Effect.gen(function* () {
    yield* lock(guard)
    yield* add(balance, 5)
    yield* set(deposited, true)
    yield* unlock(guard)
  })
  const withdraw = Effect.gen(function* () {
    yield* lock(guard)
    yield* add(balance, -3)
    yield* set(withdrawn, true)
    yield* unlock(guard)
  })
  const check = Effect.gen(function* () {
    yield* lock(guard)
    if ((yield* get(deposited)) && !(yield* get(withdrawn))) {
      yield* ensure((yield* get(balance)) === 12, "the balance without the withdrawal")
    }
    yield* unlock(guard)
  })
  yield* threads([check, deposit, withdraw])
})

/** A driver's stop runs between the look at its flag and the use of what it then frees. */
export const bluetoothDriver = Effect.gen(function* () {
  const stopping = yield* variable(false)
  const stopped = yield* variable(false)
  const pending = yield* variable(1)
  const decrement = Effect.gen(function* () {
    if ((yield* add(pending, -1)) === 0) yield* set(stopped, true)
  })
  const request = Effect.gen(function* () {
    if (yield* get(stopping)) return
    yield* add(pending, 1)
    yield* ensure(!(yield* get(stopped)), "used after it was stopped")
    yield* decrement
  })
  const stop = Effect.gen(function* () {
    yield* set(stopping, true)
    yield* decrement
  })
  yield* threads([stop, request])
})

/** Two counters that share a lock, which the first to come takes and the last to go gives back: two such groups deadlock. */
export const carter01 = Effect.gen(function* () {
  const counters = yield* mutex
  const shared = yield* mutex
  const a = yield* variable(0)
  const b = yield* variable(0)
  const visit = (count: typeof a) =>
    Effect.gen(function* () {
      yield* lock(counters)
      if ((yield* add(count, 1)) === 1) yield* lock(shared)
      yield* unlock(counters)
      yield* lock(counters)
      if ((yield* add(count, -1)) === 0) yield* unlock(shared)
      yield* unlock(counters)
    })
  yield* threads([visit(a), visit(b), Effect.void, Effect.void])
})

/** A sender and a receiver of a ring, each of which trusts a flag that the other sets outside of the lock. */
export const circularBuffer = Effect.gen(function* () {
  const guard = yield* mutex
  const ring: ReadonlyArray<Effect.Success<ReturnType<typeof variable<number>>>> = yield* Effect.forEach(
    times(4, () => -1),
    (value) => variable(value)
  )
  const written = yield* variable(0)
  const isSending = yield* variable(true)
  const isReceiving = yield* variable(false)
  const send = Effect.forEach(
    times(4, (i) => i),
    (i) =>
      Effect.gen(function* () {
        yield* lock(guard)
        if (yield* get(isSending)) {
          yield* set(ring[yield* get(written)]!, i)
          yield* add(written, 1)
          yield* set(isSending, false)
          yield* set(isReceiving, true)
        }
        yield* unlock(guard)
      })
  )
  const receive = Effect.forEach(
    times(4, (i) => i),
    (i) =>
      Effect.gen(function* () {
        yield* lock(guard)
        if (yield* get(isReceiving)) {
          const got = yield* get(ring[i]!)
          yield* ensure(got === i, `received ${got} in place of ${i}`)
          yield* set(isReceiving, false)
          yield* set(isSending, true)
        }
        yield* unlock(guard)
      })
  )
  yield* threads([send, receive])
})

/** Two locks in two orders. */
export const deadlock01 = Effect.gen(function* () {
  const a = yield* mutex
  const b = yield* mutex
  const counter = yield* variable(1)
  const both = (first: typeof a, second: typeof a, by: number) =>
    Effect.gen(function* () {
      yield* lock(first)
      yield* lock(second)
      yield* add(counter, by)
      yield* unlock(second)
      yield* unlock(first)
    })
  yield* threads([both(a, b, 1), both(b, a, -1)])
})

/** Three that add under a lock, and a claim of the last that holds only if it comes first. */
export const lazy01 = Effect.gen(function* () {
  const guard = yield* mutex
  const data = yield* variable(0)
  const adding = (by: number) => Effect.andThen(lock(guard), Effect.andThen(add(data, by), unlock(guard)))
  const check = Effect.gen(function* () {
    yield* lock(guard)
    const seen = yield* get(data)
    yield* unlock(guard)
    yield* ensure(seen < 3, "both had added")
  })
  yield* threads([check, adding(1), adding(2)])
})

/** An enqueuer and a dequeuer with a flag that each leaves for the other, and that says too much. */
export const queue = Effect.gen(function* () {
  const guard = yield* mutex
  const items = yield* variable<ReadonlyArray<number>>([])
  const stored = yield* variable(0)
  const mayEnqueue = yield* variable(true)
  const mayDequeue = yield* variable(false)
  const size = 4
  const enqueue = Effect.gen(function* () {
    for (let i = 0; i < size; i++) {
      yield* lock(guard)
      if (yield* get(mayEnqueue)) {
        yield* set(items, [...(yield* get(items)), i])
        yield* add(stored, 1)
        yield* set(mayEnqueue, false)
        yield* set(mayDequeue, true)
      }
      yield* unlock(guard)
    }
  })
  const dequeue = Effect.gen(function* () {
    for (let i = 0; i < size; i++) {
      yield* lock(guard)
      if (yield* get(mayDequeue)) {
        const [head, ...rest] = yield* get(items)
        yield* ensure(head === i, `dequeued ${head} in place of ${i}`)
        yield* set(items, rest)
        yield* set(mayDequeue, false)
        yield* set(mayEnqueue, true)
      }
      yield* unlock(guard)
    }
  })
  yield* threads([enqueue, dequeue])
})

/** So many set a and then b; one looks at both, and may see half of it. */
export const reorder = (setters: number) =>
  Effect.gen(function* () {
    const a = yield* variable(0)
    const b = yield* variable(0)
    const setter = Effect.andThen(set(a, 1), set(b, -1))
    const checker = Effect.gen(function* () {
      const seen = [yield* get(a), yield* get(b)].join()
      yield* ensure(seen === "0,0" || seen === "1,-1", `saw ${seen}`)
    })
    yield* threads([...times(setters, () => setter), checker])
  })

/** A push and a pop that are guarded each for itself, and a flag between them that is not. */
export const stack = Effect.gen(function* () {
  const guard = yield* mutex
  const top = yield* variable(0)
  const hasItems = yield* variable(false)
  const push = Effect.forEach(
    times(3, (i) => i),
    () =>
      Effect.gen(function* () {
        yield* lock(guard)
        yield* add(top, 1)
        yield* set(hasItems, true)
        yield* unlock(guard)
      })
  )
  const pop = Effect.forEach(
    times(3, (i) => i),
    () =>
      Effect.gen(function* () {
        yield* lock(guard)
        if (yield* get(hasItems)) {
          yield* ensure((yield* get(top)) > 0, "popped from an empty stack")
          yield* add(top, -1)
        }
        yield* unlock(guard)
      })
  )
  yield* threads([push, pop])
})

/** A consumer that looks once whether there is something, and waits for a signal that has come by then. */
const sync = (isLooking: boolean) =>
  Effect.gen(function* () {
    const guard = yield* mutex
    const filled = yield* condition
    const emptied = yield* condition
    const count = yield* variable(0)
    const produce = Effect.gen(function* () {
      yield* lock(guard)
      if ((yield* get(count)) > 0) yield* emptied.wait(guard)
      yield* add(count, 1)
      yield* unlock(guard)
      yield* filled.signal
    })
    const consume = Effect.gen(function* () {
      if (isLooking && (yield* get(count)) > 0) return
      yield* lock(guard)
      yield* filled.wait(guard)
      yield* add(count, -1)
      yield* unlock(guard)
      yield* emptied.signal
    })
    yield* threads([consume, produce])
  })

export const sync01 = sync(true)
export const sync02 = sync(false)

/** Each passes a token on by a chain of variables, and the last claims what holds only if they came in order. */
export const tokenRing = Effect.gen(function* () {
  const guard = yield* mutex
  const xs = yield* Effect.forEach([1, 2, 1], (value) => variable(value))
  const hasPassed = yield* Effect.forEach([false, false, false], (value) => variable(value))
  const hop = (to: number) =>
    Effect.gen(function* () {
      yield* lock(guard)
      const token = yield* get(xs[(to + 2) % 3]!)
      yield* set(xs[to]!, to === 0 ? (token + 1) % 4 : token)
      yield* set(hasPassed[to]!, true)
      yield* unlock(guard)
    })
  const check = Effect.gen(function* () {
    yield* lock(guard)
    const passed = yield* Effect.forEach(hasPassed, get)
    const tokens = yield* Effect.forEach(xs, get)
    yield* unlock(guard)
    if (passed.every((each) => each)) yield* ensure(new Set(tokens).size === 1, `the tokens are ${tokens.join()}`)
  })
  yield* threads([hop(0), hop(1), hop(2), check])
})

/** So many make a change in two stages under two locks; some look between them. */
export const twostage = (changers: number, lookers: number) =>
  Effect.gen(function* () {
    const first = yield* mutex
    const second = yield* mutex
    const one = yield* variable(0)
    const two = yield* variable(0)
    const change = Effect.gen(function* () {
      yield* lock(first)
      yield* set(one, 1)
      yield* unlock(first)
      yield* lock(second)
      yield* set(two, (yield* get(one)) + 1)
      yield* unlock(second)
    })
    const look = Effect.gen(function* () {
      yield* lock(first)
      const seen = yield* get(one)
      yield* unlock(first)
      if (seen === 0) return
      yield* lock(second)
      const other = yield* get(two)
      yield* unlock(second)
      yield* ensure(other === seen + 1, "saw half of a change")
    })
    yield* threads([...times(changers, () => change), ...times(lookers, () => look)])
  })

/** A fiber increments and compares under its lock, and so many others increment under another lock. */
export const wronglock = (others: number) =>
  Effect.gen(function* () {
    const own = yield* mutex
    const other = yield* mutex
    const data = yield* variable(0)
    const checked = Effect.gen(function* () {
      yield* lock(own)
      const before = yield* get(data)
      yield* add(data, 1)
      yield* ensure((yield* get(data)) === before + 1, "somebody else counted")
      yield* unlock(own)
    })
    const counting = Effect.andThen(lock(other), Effect.andThen(add(data, 1), unlock(other)))
    yield* threads([checked, ...times(others, () => counting)])
  })

/** Each philosopher takes the fork on the left, and then the one on the right. */
export const philosophers = (count: number) =>
  Effect.gen(function* () {
    const forks = yield* Effect.forEach(
      times(count, () => mutex),
      (fork) => fork
    )
    yield* threads(
      times(count, (i) =>
        Effect.gen(function* () {
          yield* lock(forks[i]!)
          yield* lock(forks[(i + 1) % count]!)
          yield* unlock(forks[(i + 1) % count]!)
          yield* unlock(forks[i]!)
        })
      )
    )
  })

/** A second phase that waits for a lock that the first never gives back if the two overlap. */
export const phase01 = Effect.gen(function* () {
  const x = yield* mutex
  const y = yield* mutex
  const phase = yield* variable(0)
  const one = Effect.gen(function* () {
    yield* lock(x)
    yield* lock(y)
    yield* add(phase, 1)
    if ((yield* get(phase)) === 1) yield* unlock(y)
    yield* unlock(x)
  })
  yield* threads([one, one, one])
})

/** Two that sum up what the other produces, and wait for each other by flags of which each takes its own for the other's. */
export const arithmeticProgram = Effect.gen(function* () {
  const guard = yield* mutex
  const ready = yield* condition
  const amount = yield* variable(0)
  const total = yield* variable(0)
  const produce = Effect.forEach(
    times(3, (i) => i + 1),
    (i) =>
      Effect.gen(function* () {
        yield* lock(guard)
        yield* add(amount, i)
        yield* ready.signal
        yield* unlock(guard)
      })
  )
  const consume = Effect.forEach(
    times(3, (i) => i),
    () =>
      Effect.gen(function* () {
        yield* lock(guard)
        while ((yield* get(amount)) === 0) yield* ready.wait(guard)
        yield* add(total, yield* get(amount))
        yield* set(amount, 0)
        yield* unlock(guard)
      })
  )
  yield* threads([produce, consume])
})

/** A file system in which many take blocks: a block that was looked at and found free is taken by two. */
export const fsbench = Effect.gen(function* () {
  const blocks = 26
  const inodes = 32
  const makers = 27
  const inodeLocks = yield* Effect.forEach(
    times(inodes, () => mutex),
    (each) => each
  )
  const blockLocks = yield* Effect.forEach(
    times(blocks, () => mutex),
    (each) => each
  )
  const inodeOf = yield* Effect.forEach(
    times(inodes, () => 0),
    (value) => variable(value)
  )
  const busy = yield* Effect.forEach(
    times(blocks, () => false),
    (value) => variable(value)
  )
  yield* threads(
    times(makers, (i) =>
      Effect.gen(function* () {
        const inode = i % inodes
        yield* lock(inodeLocks[inode]!)
        if ((yield* get(inodeOf[inode]!)) === 0) {
          let block = (inode * 2) % blocks
          let looked = 0
          for (;;) {
            yield* ensure(looked++ < blocks, "no block is free for the last of the makers")
            yield* lock(blockLocks[block]!)
            if (!(yield* get(busy[block]!))) {
              yield* set(busy[block]!, true)
              yield* set(inodeOf[inode]!, block + 1)
              yield* unlock(blockLocks[block]!)
              break
            }
            yield* unlock(blockLocks[block]!)
            block = (block + 1) % blocks
          }
        }
        yield* unlock(inodeLocks[inode]!)
      })
    )
  )
})

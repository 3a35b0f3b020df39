/** The other suites of SCTBench: CB, inspect, misc, PARSEC, RADBench and SPLASH-2, each reduced to the part that is at fault. */
import { Deferred, Effect, Queue } from "effect"
import {
  add,
  compareAndSwap,
  condition,
  ensure,
  get,
  lock,
  mutex,
  set,
  threads,
  times,
  unlock,
  variable
} from "../kit.ts"

/** CB, stringbuffer: append asks another buffer for its length, and then for so many characters, which may be fewer by then. */
export const stringBuffer = Effect.gen(function* () {
  const guard = yield* mutex
  const text = yield* variable("abc")
  const length = Effect.andThen(
    lock(guard),
    Effect.ensuring(
      Effect.map(get(text), (t) => t.length),
      unlock(guard)
    )
  )
  const append = Effect.gen(function* () {
    const count = yield* length
    yield* lock(guard)
    const current = yield* get(text)
    yield* unlock(guard)
    yield* ensure(count <= current.length, "more characters than there are")
  })
  const erase = Effect.andThen(lock(guard), Effect.andThen(set(text, ""), unlock(guard)))
  yield* threads([append, erase])
})

/** CB, pbzip2: main frees the queue and its lock when the producer has ended, while consumers may still be at it. */
export const pbzip2 = Effect.gen(function* () {
  const guard = yield* mutex
  const blocks = yield* variable(0)
  const isFreed = yield* variable(false)
  const isDone = yield* variable(false)
  const produce = Effect.gen(function* () {
    for (let i = 0; i < 2; i++) {
      yield* lock(guard)
      yield* add(blocks, 1)
      yield* unlock(guard)
    }
    yield* set(isDone, true)
  })
  const consume = Effect.gen(function* () {
    for (;;) {
      yield* ensure(!(yield* get(isFreed)), "the queue was freed")
      yield* lock(guard)
      const left = yield* get(blocks)
      if (left > 0) yield* set(blocks, left - 1)
      yield* unlock(guard)
      if (left === 0 && (yield* get(isDone))) return
      if (left === 0) yield* Effect.yieldNow
    }
  })
  const free = Effect.gen(function* () {
    while ((yield* get(blocks)) > 0 || !(yield* get(isDone))) yield* Effect.yieldNow
    yield* set(isFreed, true)
  })
  yield* threads([produce, consume, consume, free])
})

/** CB, aget: a signal handler saves how far a download is, between two counters that belong together. */
export const aget = Effect.gen(function* () {
  const guard = yield* mutex
  const written = yield* variable(0)
  const offset = yield* variable(0)
  const download = Effect.forEach(
    times(3, (i) => i),
    () =>
      Effect.gen(function* () {
        yield* add(offset, 1)
        yield* lock(guard)
        yield* add(written, 1)
        yield* unlock(guard)
      })
  )
  const save = Effect.gen(function* () {
    yield* ensure((yield* get(written)) === (yield* get(offset)), "saved half of a step")
  })
  yield* threads([download, save])
})

/** inspect, boundedBuffer: two producers and two consumers with one condition each way, woken by the wrong kind. */
export const boundedBuffer = (each: number) =>
  Effect.gen(function* () {
    const guard = yield* mutex
    const changed = yield* condition
    const count = yield* variable(0)
    const put = Effect.gen(function* () {
      yield* lock(guard)
      while ((yield* get(count)) === 1) yield* changed.wait(guard)
      yield* add(count, 1)
      yield* changed.signal
      yield* unlock(guard)
    })
    const take = Effect.gen(function* () {
      yield* lock(guard)
      while ((yield* get(count)) === 0) yield* changed.wait(guard)
      yield* add(count, -1)
      yield* changed.signal
      yield* unlock(guard)
    })
    yield* threads([...times(each, () => put), ...times(each, () => take)])
  })

/** inspect, bbuf: a buffer of one, two producers of which the second looks only once after it was woken. */
export const bbuf = Effect.gen(function* () {
  const guard = yield* mutex
  const room = yield* condition
  const filled = yield* condition
  const count = yield* variable(0)
  const put = Effect.gen(function* () {
    yield* lock(guard)
    if ((yield* get(count)) === 1) yield* room.wait(guard)
    yield* ensure((yield* get(count)) === 0, "an item was overwritten")
    yield* set(count, 1)
    yield* unlock(guard)
    yield* filled.signal
  })
  const take = Effect.gen(function* () {
    yield* lock(guard)
    while ((yield* get(count)) === 0) yield* filled.wait(guard)
    yield* set(count, 0)
    yield* unlock(guard)
    yield* room.signal
  })
  yield* threads([put, put, put, take, take, take])
})

/** inspect, qsort_mt: the last worker to become idle tells the rest that all is done, which another has just made untrue. */
export const qsort = Effect.gen(function* () {
  const work = yield* Queue.unbounded<number>()
  const idle = yield* variable(0)
  const workers = 2
  const sorted = yield* variable(0)
  const done = yield* Deferred.make<void>()
  yield* Queue.offer(work, 2)
  const worker = Effect.gen(function* () {
    for (;;) {
      if ((yield* add(idle, 1)) === workers) yield* Deferred.succeed(done, undefined)
      const size = yield* Effect.raceFirst(Queue.take(work), Effect.as(Deferred.await(done), 0))
      if (size === 0) return
      yield* add(idle, -1)
      yield* add(sorted, 1)
      if (size > 1) yield* Queue.offerAll(work, [size - 1, size - 1])
    }
  })
  yield* threads([worker, worker])
  yield* ensure((yield* get(sorted)) === 3, `sorted ${yield* get(sorted)} of 3`)
})

/** misc, ctrace: a hash table of traces whose size is counted outside of its lock. */
export const ctrace = Effect.gen(function* () {
  const guard = yield* mutex
  const table = yield* variable(0)
  const size = yield* variable(0)
  const insert = Effect.gen(function* () {
    yield* lock(guard)
    yield* add(table, 1)
    yield* unlock(guard)
    yield* add(size, 1)
  })
  yield* threads([insert, insert])
  yield* ensure((yield* get(size)) === (yield* get(table)), "the size is another than what is in it")
})

/** misc, safestack: a lock-free stack by indexes whose pop may take an element twice. It needs five switches, and nobody finds it. */
export const safestack = Effect.gen(function* () {
  const elements = 3
  const head = yield* variable(0)
  const count = yield* variable(elements)
  const next = yield* Effect.forEach(
    times(elements, (i) => (i === elements - 1 ? -1 : i + 1)),
    (value) => variable(value)
  )
  const holder = yield* Effect.forEach(
    times(elements, () => -1),
    (value) => variable(value)
  )
  const pop = Effect.gen(function* () {
    while ((yield* get(count)) > 1) {
      const first = yield* get(head)
      const second = yield* swap(next[first]!, -1)
      if (second >= 0) {
        if (yield* compareAndSwap(head, first, second)) {
          yield* add(count, -1)
          return first
        }
        yield* set(next[first]!, second)
      }
      yield* Effect.yieldNow
    }
    return -1
  })
  const swap = (each: typeof head, value: number) =>
    Effect.flatMap(get(each), (before) => Effect.as(compareAndSwap(each, before, value), before))
  const push = (index: number) =>
    Effect.gen(function* () {
      for (;;) {
        const first = yield* get(head)
        yield* set(next[index]!, first)
        if (yield* compareAndSwap(head, first, index)) break
        yield* Effect.yieldNow
      }
      yield* add(count, 1)
    })
  const user = (id: number) =>
    Effect.gen(function* () {
      for (let i = 0; i < 2; i++) {
        const index = yield* pop
        if (index < 0) continue
        yield* set(holder[index]!, id)
        yield* ensure((yield* get(holder[index]!)) === id, `element ${index} has two holders`)
        yield* push(index)
      }
    })
  yield* threads([user(1), user(2), user(3)])
})

/** PARSEC, streamcluster: a barrier without a phase, so that a fast one passes it twice. */
export const streamcluster = Effect.gen(function* () {
  const guard = yield* mutex
  const all = yield* condition
  const arrived = yield* variable(0)
  const phase = yield* variable(0)
  const parties = 3
  const barrier = Effect.gen(function* () {
    yield* lock(guard)
    if ((yield* add(arrived, 1)) === parties) {
      yield* set(arrived, 0)
      yield* all.broadcast
    } else yield* all.wait(guard)
    yield* unlock(guard)
  })
  const worker = (id: number) =>
    Effect.gen(function* () {
      yield* barrier
      if (id === 0) yield* set(phase, 1)
      // The barrier that was left out here is the fault.
      yield* ensure((yield* get(phase)) === 1, "went on in the phase before")
    })
  yield* threads([worker(0), worker(1), worker(2)])
})

/** PARSEC, ferret: a pipeline whose last stage takes an empty queue for the end. */
export const ferret = Effect.gen(function* () {
  const queue = yield* Queue.unbounded<number>()
  const isEnded = yield* variable(false)
  const seen = yield* variable(0)
  const produce = Effect.gen(function* () {
    for (let i = 0; i < 3; i++) yield* Queue.offer(queue, i)
    yield* set(isEnded, true)
  })
  const consume = Effect.gen(function* () {
    for (;;) {
      if ((yield* Queue.size(queue)) === 0) {
        if (yield* get(isEnded)) return
        yield* Effect.yieldNow
        continue
      }
      yield* Queue.take(queue)
      yield* add(seen, 1)
    }
  })
  yield* threads([produce, consume, consume])
})

/** RADBench, bug 1 (SpiderMonkey): a context is destroyed between the look whether it is in use and the use. */
export const radbench1 = Effect.gen(function* () {
  const guard = yield* mutex
  const users = yield* variable(0)
  const isDestroyed = yield* variable(false)
  const use = Effect.gen(function* () {
    if (yield* get(isDestroyed)) return
    yield* lock(guard)
    yield* add(users, 1)
    yield* unlock(guard)
    yield* ensure(!(yield* get(isDestroyed)), "used after it was destroyed")
    yield* lock(guard)
    yield* add(users, -1)
    yield* unlock(guard)
  })
  const destroy = Effect.gen(function* () {
    yield* lock(guard)
    const isUsed = (yield* get(users)) > 0
    yield* unlock(guard)
    if (!isUsed) yield* set(isDestroyed, true)
  })
  yield* threads([use, use, destroy])
})

/** RADBench, bug 2 (SpiderMonkey): a collection waits for requests to end, and one that ends signals before it waits. */
export const radbench2 = Effect.gen(function* () {
  const guard = yield* mutex
  const ended = yield* condition
  const requests = yield* variable(2)
  const request = Effect.gen(function* () {
    const left = yield* add(requests, -1)
    if (left === 0) yield* ended.signal
  })
  const collect = Effect.gen(function* () {
    yield* lock(guard)
    if ((yield* get(requests)) > 0) yield* ended.wait(guard)
    yield* unlock(guard)
  })
  yield* threads([request, request, collect])
})

/** RADBench, bug 6 (NSPR): a monitor that is entered again by a thread that has just given it up. */
export const radbench6 = Effect.gen(function* () {
  const guard = yield* mutex
  const owner = yield* variable(-1)
  const entries = yield* variable(0)
  const enter = (id: number) =>
    Effect.gen(function* () {
      if ((yield* get(owner)) === id) return yield* add(entries, 1)
      yield* lock(guard)
      yield* set(owner, id)
      return yield* set(entries, 1)
    })
  const leave = (id: number) =>
    Effect.gen(function* () {
      yield* ensure((yield* get(owner)) === id, "another one owns it")
      if ((yield* add(entries, -1)) > 0) return
      yield* unlock(guard)
      // Too late: whoever comes next has written its own name by now.
      yield* set(owner, -1)
    })
  const visit = (id: number) => Effect.andThen(enter(id), leave(id))
  yield* threads([visit(1), visit(2), visit(3)])
})

/** SPLASH-2: main prints what the workers have summed up, and does not wait for the last of them. */
const splash = (workers: number, steps: number) =>
  Effect.gen(function* () {
    const guard = yield* mutex
    const ready = yield* variable(0)
    const sum = yield* variable(0)
    const worker = Effect.gen(function* () {
      yield* add(ready, 1)
      for (let i = 0; i < steps; i++) {
        yield* lock(guard)
        yield* add(sum, 1)
        yield* unlock(guard)
      }
    })
    const print = Effect.gen(function* () {
      while ((yield* get(ready)) < workers) yield* Effect.yieldNow
      yield* lock(guard)
      const summed = yield* get(sum)
      yield* unlock(guard)
      yield* ensure(summed === workers * steps, `printed ${summed}`)
    })
    yield* threads([...times(workers, () => worker), print])
  })

export const fft = splash(2, 1)
export const lu = splash(2, 3)
export const barnes = splash(3, 8)

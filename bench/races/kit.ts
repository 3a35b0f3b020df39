/** The vocabulary of the programs: a C program's shared variables, mutexes, condition variables and threads, as Effect has them. */
import { Deferred, Effect, Fiber, Ref, Semaphore } from "effect"

/** A shared variable. To read it and to write it are steps of their own. */
export type Var<A> = Ref.Ref<A>

export const get = Ref.get
export const set = Ref.set

export const variable = <A>(value: A): Effect.Effect<Var<A>> => Ref.make(value)

/** `x += by` of C: a read, and then a write. */
export const add = (variable: Var<number>, by: number): Effect.Effect<number> =>
  Effect.flatMap(Ref.get(variable), (value) => Effect.as(Ref.set(variable, value + by), value + by))

/** An atomic exchange of the processor. */
export const compareAndSwap = <A>(variable: Var<A>, expected: A, value: A): Effect.Effect<boolean> =>
  Ref.modify(variable, (current) => (current === expected ? [true, value] : [false, current]))

export type Mutex = Semaphore.Semaphore

export const mutex: Effect.Effect<Mutex> = Semaphore.make(1)
export const lock = (mutex: Mutex): Effect.Effect<void> => Effect.asVoid(mutex.take(1))
export const unlock = (mutex: Mutex): Effect.Effect<void> => Effect.asVoid(mutex.release(1))

/** A condition variable: a signal wakes one that waits, and nobody if nobody does. */
export interface Condition {
  readonly wait: (mutex: Mutex) => Effect.Effect<void>
  readonly signal: Effect.Effect<void>
  readonly broadcast: Effect.Effect<void>
}

export const condition: Effect.Effect<Condition> = Effect.gen(function* () {
  const waiting = yield* Ref.make<ReadonlyArray<Deferred.Deferred<void>>>([])
  const wake = (count: number) =>
    Effect.flatMap(
      Ref.modify(waiting, (all) => [all.slice(0, count), all.slice(count)]),
      (woken) => Effect.forEach(woken, (each) => Deferred.succeed(each, undefined), { discard: true })
    )
  return {
    signal: wake(1),
    broadcast: wake(Infinity),
    wait: (mutex) =>
      Effect.gen(function* () {
        const woken = yield* Deferred.make<void>()
        yield* Ref.update(waiting, (all) => [...all, woken])
        yield* unlock(mutex)
        yield* Deferred.await(woken)
        yield* lock(mutex)
      })
  }
})

/** Starts all threads, and waits until each has ended. If one dies, the program dies with the same defect. */
export const threads = (bodies: Iterable<Effect.Effect<unknown>>): Effect.Effect<void> =>
  Effect.gen(function* () {
    const fibers = yield* Effect.forEach(bodies, (body) => Effect.forkChild(body))
    yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber), { discard: true })
  })

/** A list of so many copies. */
export const times = <A>(count: number, make: (index: number) => A): Array<A> =>
  Array.from({ length: count }, (_, index) => make(index))

/** `assert` of C. */
export const ensure = (holds: boolean, what: string): Effect.Effect<void> =>
  holds ? Effect.void : Effect.die(new Error(what))

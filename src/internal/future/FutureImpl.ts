import * as Effect from "effect/Effect"
import * as Effectable from "effect/Effectable"
import * as Equal from "effect/Equal"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Hash from "effect/Hash"
import { InvalidStateError, type TaskCancelledError } from "../../Errors.ts"
import type { Future, State } from "../../Future.ts"
import { type Blockable, CurrentTask, ownTask, type Surrounding, suspend } from "./blocking.ts"
import { describeExit, isCancelled, toJoined } from "./exitOutcome.ts"
import { noteOrigin } from "./origins.ts"
import * as trampoline from "../trampoline.ts"

export const TypeId = "~effect-futures/Future" as const

let lastId = 0

/** The number of the last future that was made. */
export const latestFuture = (): number => lastId

/** The events of an executor or group, as futures see them. */
export interface FutureEvents {
  /** Whether anything observes the executor. */
  readonly isHeard: boolean
  /** The result has been read, by code of the task `by` or by code outside of tasks. */
  joined(future: FutureImpl<unknown, unknown>, by: { readonly id: number } | undefined): void
}

/** The executor or group that a future belongs to, as futures see it. */
export interface FutureOwner {
  /** The workers, which groups share with their executor. */
  readonly pool: object
  /** The surrounding of the callbacks of its futures. */
  readonly callbackSurrounding: Surrounding
  /** Begins tasks that have a worker now: a fiber waits for one of them, so its turn is over anyway. */
  hurry(): void
  /** The end of the executor waits for this callback. */
  follow(callback: Fiber.Fiber<unknown, unknown>): void
  readonly events: FutureEvents
}

/** The common part of futures that are settled by hand and futures of an executor. */
export abstract class FutureImpl<A, E>
  extends Effectable.Class<A, E | TaskCancelledError>
  implements Future<A, E>, Equal.Equal
{
  declare readonly [TypeId]: typeof TypeId
  readonly id: number = ++lastId
  state: State = "pending"
  abstract readonly fiber: Fiber.Fiber<A, E>
  private givenName: string | undefined
  // Nearly every future has at most one observer, so a set is made only for the second.
  private observers: Observer | Set<Observer> | undefined = undefined

  constructor(name: string | undefined) {
    super()
    this.givenName = name
  }

  get name(): string {
    return this.givenName ?? `task-${this.id}`
  }

  /** Whether the name was given by a user. */
  get isNamed(): boolean {
    return this.givenName !== undefined
  }

  /** The executor or group that it was submitted to; none for a future made by hand. */
  abstract readonly engine: FutureOwner | undefined

  get pool(): object | undefined {
    return this.engine?.pool
  }

  /** Asks the work behind the future to stop. */
  interrupt(by: number | undefined): void {
    this.fiber.interruptUnsafe(by)
  }

  /** Makes sure that the task does not begin. `false` if it has begun. */
  revoke(): boolean {
    return true
  }

  get exit(): Exit.Exit<A, E> | undefined {
    return this.state === "finished" || this.state === "cancelled" ? this.fiber.pollUnsafe() : undefined
  }

  /** Whether any code waits for the future, or has its fiber. */
  protected get isObserved(): boolean {
    return this.observers !== undefined
  }

  get isDone(): boolean {
    return this.state === "finished" || this.state === "cancelled"
  }

  /**
   * Calls `observer` when this future ends, but not if it has ended before. The result removes the observer.
   *
   * An early observer is called before the worker of this future goes to the next task. It must be bookkeeping alone.
   */
  observe(observer: () => void, isEarly = false): () => void {
    const added = isEarly ? new EarlyObserver(observer) : observer
    const before = this.observers
    if (before === undefined) this.observers = added
    else if (before instanceof Set) before.add(added)
    else this.observers = new Set([before, added])
    return () => {
      if (this.observers === added) this.observers = undefined
      else if (this.observers instanceof Set && this.observers.delete(added) && this.observers.size === 0) {
        this.observers = undefined
      }
    }
  }

  /** Goes to the final state. Called once, by the observer of the fiber. */
  protected end(exit: Exit.Exit<A, E>): void {
    this.state = isCancelled(exit) ? "cancelled" : "finished"
    const observers = this.observers
    if (observers === undefined) return
    this.observers = undefined
    if (!(observers instanceof Set)) return notify(observers)
    for (const observer of observers) if (observer instanceof EarlyObserver) notify(observer)
    for (const observer of observers) if (!(observer instanceof EarlyObserver)) notify(observer)
  }

  override asEffect(): Effect.Effect<A, E | TaskCancelledError> {
    return join(this)
  }

  // A mutable object is compared by reference. By its contents it would be a different key after every change, and reading those would fork
  // its fiber and walk through its executor.
  [Equal.symbol](that: Equal.Equal): boolean {
    return this === that
  }

  [Hash.symbol](): number {
    return Hash.random(this)
  }

  override toString(): string {
    const exit = this.exit
    const outcome = exit === undefined || this.state === "cancelled" ? "" : `: ${describeExit(exit)}`
    return `Future(#${this.id} ${JSON.stringify(this.name)}) ${this.state}${outcome}`
  }

  override toJSON(): unknown {
    return this.toString()
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString()
  }
}

class EarlyObserver {
  readonly call: () => void
  constructor(call: () => void) {
    this.call = call
  }
}

type Observer = (() => void) | EarlyObserver

const notify = (observer: Observer): void =>
  observer instanceof EarlyObserver ? observer.call() : trampoline.run(observer)

Object.defineProperty(FutureImpl.prototype, TypeId, { value: TypeId })

/** The exit of a future, which its public type does not have. */
export const exitOf = <A, E>(future: Future<A, E>): Exit.Exit<A, E> | undefined => (future as FutureImpl<A, E>).exit

export const isFutureImpl = (u: unknown): u is FutureImpl<unknown, unknown> => {
  try {
    return typeof u === "object" && u !== null && TypeId in u
  } catch {
    // A Proxy that was revoked, or whose trap throws.
    return false
  }
}

/** Observes a future. If its task has a worker, the task begins, because the turn of the waiting fiber is over. */
const observeOrCall = (future: FutureImpl<unknown, unknown>, observer: () => void, isEarly: boolean): (() => void) => {
  // The fiber may have given way since the last look, and the future may have ended.
  if (future.isDone) {
    observer()
    return () => {}
  }
  const cancel = future.observe(observer, isEarly)
  if (future.state === "running") future.engine?.hurry()
  return cancel
}

/** Waits until the future is done, however it ends. */
export const awaitDone = (future: FutureImpl<unknown, unknown>): Effect.Effect<void> =>
  Effect.withFiber((fiber) => {
    if (future.isDone) return Effect.void
    const run = ownTask(fiber, future)
    if (isOfItself(fiber, run, future)) return refuseOwn(future, "await")
    return suspend(run, (resume, isBlocked) => observeOrCall(future, () => resume(Effect.void), isBlocked))
  })

/**
 * Whether the fiber runs the future's own task, and would wait for its own end for ever. Other fibers of that task may wait for it, as
 * something may end that wait.
 */
export const isOfItself = (
  fiber: Fiber.Fiber<unknown, unknown>,
  run: Blockable | undefined,
  future: FutureImpl<unknown, unknown>
): boolean => run?.task === future && future.fiber === fiber

export const refuseOwn = (future: FutureImpl<unknown, unknown>, operation: string): Effect.Effect<never> =>
  Effect.die(
    new InvalidStateError({ future: `${future}`, operation, reason: "its own task would wait for its own end" })
  )

const joined = <A, E>(
  future: FutureImpl<A, E>,
  exit: Exit.Exit<A, E>,
  by: Fiber.Fiber<unknown, unknown>
): Exit.Exit<A, E | TaskCancelledError> => {
  const { engine } = future
  if (engine?.events.isHeard === true) {
    engine.events.joined(future, by.getRef(CurrentTask)?.run?.task)
    noteOrigin(by, future.id)
  }
  return toJoined(exit, future.name)
}

/** The value, or the failure in the form that joiners get. */
const join = <A, E>(future: FutureImpl<A, E>): Effect.Effect<A, E | TaskCancelledError> =>
  Effect.withFiber((fiber) => {
    const exit = future.exit
    if (exit !== undefined) return joined(future, exit, fiber)
    const run = ownTask(fiber, future)
    if (isOfItself(fiber, run, future)) return refuseOwn(future, "join")
    return suspend<A, E | TaskCancelledError>(run, (resume, isBlocked) =>
      observeOrCall(future, () => resume(joined(future, future.exit!, fiber)), isBlocked)
    )
  })

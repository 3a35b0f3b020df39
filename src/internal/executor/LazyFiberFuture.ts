import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import { isInterrupted, takeId } from "../effectInternals.ts"
import { FutureImpl } from "../future/FutureImpl.ts"
import * as trampoline from "../trampoline.ts"
import { forkTimed } from "./timeouts/overdueFiber.ts"
import { SubmitContext } from "./SubmitContext.ts"

/** Marks a future whose fiber some code has, so that the fiber stays the same. */
const seen = (): void => {}

// A method type keeps the future covariant. Only its own task is ever passed.
export type Resume<A, E> = { resume(effect: Effect.Effect<A, E>): void }["resume"]

/**
 * A future whose fiber is forked when some code asks for it, or when it begins: a million pending futures need no fibers.
 *
 * A fiber that is forked before that parks in its first step, and is resumed at the beginning. So interrupting the fiber cancels the
 * future, parked or not.
 */
export abstract class LazyFiberFuture<A, E> extends FutureImpl<A, E> {
  /** The services and the asynchronous context that the fiber inherits; empty when the future is done. */
  submitContext: SubmitContext
  /** Whether the fiber has begun, or the task that it waits for elsewhere. */
  protected hasBegun = false
  // Only the id of an ended fiber that no code has seen: an equal fiber is made on request. Otherwise the garbage collector would copy the
  // fibers of dropped futures again and again.
  private forked: Fiber.Fiber<A, E> | number | undefined = undefined
  private unpark: Resume<A, E> | undefined = undefined
  private result: Exit.Exit<A, E> | undefined = undefined

  constructor(name: string | undefined, submitContext: SubmitContext) {
    super(name)
    this.submitContext = submitContext
  }

  /** The effect that the fiber runs once it has begun. */
  protected abstract get body(): Effect.Effect<A, E>

  /** Whether the fiber must be able to fail with a timeout. */
  protected abstract get isTimed(): boolean

  /** Ends the future. Called by the code that runs the task, if the future has no fiber. */
  abstract ended(exit: Exit.Exit<A, E>): void

  get fiber(): Fiber.Fiber<A, E> {
    if (!this.isDone) this.observe(seen)
    return this.ownFiber
  }

  /** The fiber, for uses that no other code sees. */
  get ownFiber(): Fiber.Fiber<A, E> {
    const { forked } = this
    return typeof forked === "object" ? forked : this.makeFiber(forked)
  }

  override get exit(): Exit.Exit<A, E> | undefined {
    return this.result
  }

  /** Whether the task runs elsewhere, and no fiber waits for it here. */
  get isUnattended(): boolean {
    return this.hasBegun && this.forked === undefined && !this.isDone
  }

  protected get hasFiber(): boolean {
    return this.forked !== undefined
  }

  protected get isFiberInterrupted(): boolean {
    return typeof this.forked === "object" && isInterrupted(this.forked)
  }

  /** Called in the first step of the fiber, which may be read before the fork returns. */
  forkedAs(fiber: Fiber.Fiber<unknown, unknown>): void {
    if (this.forked !== undefined) return
    // The fiber runs this future's body.
    const own = fiber as Fiber.Fiber<A, E>
    this.forked = own
    if (this.result === undefined) own.addObserver((exit) => this.ended(exit))
  }

  /** Forks the fiber, or resumes it if it is parked. */
  protected beginFiber(): void {
    this.hasBegun = true
    if (this.forked === undefined) this.forkAtBeginning()
    // A fiber that its scheduler has kept from its first step will begin with that step.
    else if (this.unpark !== undefined) this.proceed()
  }

  /** The fiber waits for `resume`, unless it has begun. */
  protected parkedWith(resume: Resume<A, E>): void {
    this.unpark = resume
    if (this.hasBegun) this.proceed()
  }

  /** Notes how the fiber, or the task elsewhere, has ended. */
  protected noteExit(exit: Exit.Exit<A, E>): void {
    this.unpark = undefined
    this.result = exit
  }

  /** Drops what an ended future no longer needs, including its fiber if no code has seen that. */
  protected release(wasObserved: boolean): void {
    if (typeof this.forked === "object" && !wasObserved) this.forked = this.forked.id
    this.submitContext.release()
    this.submitContext = SubmitContext.none
  }

  private makeFiber(id: number | undefined): Fiber.Fiber<A, E> {
    this.forked = undefined
    this.fork(this.result ?? (this.hasBegun ? this.body : Effect.callback((resume) => this.parkedWith(resume))))
    // If the fiber ended in its first step, this is a different one.
    const fiber = this.ownFiber
    if (id !== undefined) takeId(fiber, id)
    return fiber
  }

  private forkAtBeginning(): void {
    try {
      this.fork(this.body)
    } catch (error) {
      trampoline.report(error)
      // A scheduler or a tracer has thrown. Without a fiber the future would never end.
      this.forkedAs(Effect.runFork(Effect.die(error)))
    }
  }

  private fork(first: Effect.Effect<A, E>): void {
    this.submitContext.run(this.forkHere, this, first)
  }

  private forkHere(first: Effect.Effect<A, E>): void {
    const { fork } = this.submitContext
    this.forkedAs(this.isTimed ? forkTimed(fork, first) : fork(first))
  }

  private proceed(): void {
    const unpark = this.unpark!
    this.unpark = undefined
    try {
      unpark(this.body)
    } catch (error) {
      trampoline.report(error)
    }
  }
}

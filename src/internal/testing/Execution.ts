import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"
import { hearing } from "./accesses.ts"
import { Choices } from "./Choices.ts"
import { Cleanup } from "./Cleanup.ts"
import { ExternalIO, type Patience, turn } from "./ExternalIO.ts"
import { isFailure, isLocal, isYield, kindOf, parked, pause, perform, type Primitive } from "./primitives.ts"
import { ReadyList } from "./ReadyList.ts"
import type { Divergence } from "./Schedule.ts"
import type { Follower, Strategy } from "./strategies/Strategy.ts"
import { surround } from "./surroundings.ts"
import { Entry, FiberState } from "./FiberState.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"
import { waitOf } from "./Turns.ts"
import { VirtualClock } from "./VirtualClock.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** How a schedule ended. */
export type Ending =
  | { readonly _tag: "Ended"; readonly exit: Exit.Exit<unknown, unknown> }
  /** No fiber can go on. `waiting` are those that wait. */
  | {
      readonly _tag: "Deadlock"
      readonly waiting: ReadonlyArray<FiberState>
      /** Fibers that failed before, and that may have held something. */
      readonly died: ReadonlyArray<FiberState>
      readonly millis: number
    }
  /** The run had too many steps. `running` are the fibers that can still go on. */
  | { readonly _tag: "Livelock"; readonly steps: number; readonly running: ReadonlyArray<FiberState> }
  /** A fiber did something different from before, although it knew the same. */
  | { readonly _tag: "Hidden"; readonly state: FiberState }
  /** The program is not the same as before. */
  | { readonly _tag: "Diverged"; readonly choice: number }
  /** The search was stopped. */
  | { readonly _tag: "Stopped" }

/** A run of the program. */
export interface Run {
  readonly ending: Ending
  readonly divergences: ReadonlyArray<Divergence>
  readonly fingerprint: number
  readonly preemptions: number
  /** After how many steps fibers had to give way. */
  readonly gaveWayAfter: ReadonlyArray<number>
  readonly choices: number
  readonly steps: number
  /** Whether some fiber has its own tracer or scheduler, and so could not be controlled. */
  readonly hasForeigners: boolean
  /** Whether the strategy decided as a plain one does. */
  readonly isPlain: boolean
}

export interface ExecutionOptions {
  /** After so many steps the run is a livelock. */
  readonly maxSteps: number
  /** Whether choices that make no difference are left out. */
  readonly isReduced: boolean
  readonly signal?: AbortSignal | undefined
  /** Called if no fiber can go on, before the remaining fibers are interrupted. */
  readonly onDeadlock?: (() => void) | undefined
}

const none: ReadonlyArray<FiberState> = []

/**
 * A run of a program. It decides at every step of every fiber which fiber goes on.
 *
 * Effect passes each step of a fiber to `Tracer.context`. A fiber that must let another go on keeps its step, waits in the ready list, and
 * does the step when it is chosen. A woken fiber runs at once, within the step that woke it, as in Effect. Letting it wait instead is a
 * choice.
 */
export class Execution {
  private readonly options: ExecutionOptions
  private readonly choices: Choices
  private readonly strategy: Strategy
  private readonly follower: Follower | undefined
  private readonly isPlain: boolean
  private readonly context: Context.Context<never>
  private readonly scheduler: Scheduler.Scheduler
  private readonly clock: VirtualClock<FiberState>
  private readonly io: ExternalIO
  private readonly recorder: TraceRecorder | undefined
  private readonly ready = new ReadyList()
  private readonly states = new Map<AnyFiber, FiberState>()
  /** Fibers whose steps are under way, each within that of the one before. */
  private readonly stack: Array<FiberState> = []
  private main: AnyFiber | undefined = undefined
  private count = 0
  private steps = 0
  private turns = 0
  private isRunning = false
  private hasForeigners = false
  /** Once this is set, nothing is a choice any more. */
  private cleanup: Cleanup | undefined = undefined
  private aborted: Ending | undefined = undefined
  /** The fiber that will go on when all others have given way. */
  private target: FiberState | undefined = undefined
  /** Whether the chosen fiber has not done its first step. That step is not a choice again. */
  private isFresh = false
  /** The fiber that was last taken from the ready list, while it has something to do. */
  private started: FiberState | undefined = undefined
  /** The fiber of the last step, which mostly is the same again. */
  private last: FiberState | undefined = undefined
  private yielding: FiberState | undefined = undefined

  constructor(
    base: Context.Context<never>,
    patience: Patience,
    strategy: Strategy,
    options: ExecutionOptions,
    recorder: TraceRecorder | undefined
  ) {
    this.options = options
    this.recorder = recorder
    this.strategy = strategy
    this.follower = strategy.follower
    this.isPlain = strategy.isPlain === true
    this.choices = new Choices(strategy, this.ready)
    this.io = new ExternalIO(patience, options.signal)
    this.clock = new VirtualClock<FiberState>({
      owner: () => this.stack.at(-1) ?? this.newState(),
      wake: (state, resume) => this.enqueue(new Entry(resume, state, "timer")),
      live: () => Context.get(base, Clock.Clock)
    })
    const step = (primitive: Primitive, fiber: AnyFiber) => this.step(primitive, fiber)
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => this.schedule(task),
      // A synchronous scheduler, such as that of `runSync`, would run everything here. This one does not.
      flush: () => {}
    }
    this.scheduler = {
      executionMode: "async",
      shouldYield: (fiber) => {
        if (fiber.cache.tracerContext !== step) this.hasForeigners = true
        return false
      },
      makeDispatcher: () => dispatcher
    }
    this.context = surround(base, { clock: this.clock, scheduler: this.scheduler, step })
  }

  /** Runs the program to its end. Returns a promise only if it waits for something from outside. */
  run(program: Effect.Effect<unknown, unknown>): Run | Promise<Run> {
    const state = this.newState()
    const begin = () => {
      const main = Effect.runForkWith(this.context)(program)
      this.main = main
      if (state.fiber === undefined) this.bind(state, main)
    }
    this.ready.add(new Entry(begin, state, "forked"))
    const ending = this.drainWatched()
    return ending === undefined ? this.runOn() : this.finish(ending)
  }

  /** Goes on when something may have come from outside, such as a settled promise, or when a sleeping fiber is due. */
  private async runOn(): Promise<Run> {
    for (;;) {
      await turn()
      if (this.options.signal?.aborted === true) return this.finish({ _tag: "Stopped" })
      const { turns } = this
      const ending = this.drainWatched()
      if (ending !== undefined) return this.finish(ending)
      // A promise may settle a turn later.
      if (this.turns > turns) this.io.came()
      else if (await this.io.mayCome()) continue
      else if (!this.clock.advance()) {
        this.options.onDeadlock?.()
        const millis = this.clock.currentTimeMillisUnsafe()
        return this.finish({ _tag: "Deadlock", waiting: this.waiting(), died: this.died(), millis })
      }
    }
  }

  private waiting(): Array<FiberState> {
    const waiting = Array.from(this.states.values()).filter((state) => !state.hasEnded)
    for (const state of waiting) state.waitsFor = waitOf(state.fiber)
    return waiting
  }

  private died(): Array<FiberState> {
    return Array.from(this.states.values()).filter(({ fiber }) => {
      const exit = fiber?.pollUnsafe()
      return exit?._tag === "Failure" && !Cause.hasInterruptsOnly(exit.cause)
    })
  }

  private drainWatched(): Ending | undefined {
    this.io.begin()
    const ending = this.drain()
    if (ending === undefined) this.io.end()
    return ending
  }

  /** Lets fibers go on until the program has ended, or none can. */
  private drain(): Ending | undefined {
    const drain = () => {
      this.isRunning = true
      this.follower?.settles()
      try {
        while (this.ready.length > 0 && this.over() === undefined) this.runEntry(this.pick())
        return this.over()
      } finally {
        this.isRunning = false
      }
    }
    const { accessed } = this.strategy
    if (accessed === undefined) {
      return this.recorder === undefined ? drain() : this.recorder.watch(drain, () => this.stack.at(-1))
    }
    return hearing((object, access) => {
      const state = this.stack.at(-1) ?? this.started
      if (state !== undefined) accessed(state, object, access)
    }, drain)
  }

  private over(): Ending | undefined {
    if (this.aborted !== undefined) return this.aborted
    const exit = this.main?.pollUnsafe()
    return exit === undefined ? undefined : { _tag: "Ended", exit }
  }

  private pick(): Entry {
    const { target } = this
    this.target = undefined
    const state = target?.entry === undefined ? this.orDiverged(this.choices.amongReady()) : target
    return state?.entry ?? this.ready.first!
  }

  private runEntry(entry: Entry): void {
    this.ready.remove(entry)
    this.turns++
    this.started = entry.state
    this.isFresh = true
    this.recorder?.resumed(entry)
    this.follower?.begins(entry.state, false)
    if (entry.isPatient) this.follower?.isOrdered()
    entry.run()
    this.started = undefined
    this.isFresh = false
  }

  // ------------------------------------------------------------------- steps

  private step(primitive: Primitive, fiber: AnyFiber): unknown {
    if (this.cleanup !== undefined) return this.cleanup.step(primitive, fiber)
    if (fiber.cache.scheduler !== this.scheduler) return this.leave(primitive, fiber)
    const known = fiber === this.last?.fiber ? this.last : this.states.get(fiber)
    const state = known ?? this.discovered(fiber)
    this.last = state
    // The fiber was interrupted before it began. Its entry is still in the ready list, and would begin it if this step gave way.
    const isInterrupted = known === undefined && state !== this.started && isFailure(primitive)
    if (isInterrupted) return this.perform(state, primitive, fiber)
    if (state.held !== undefined) {
      const isOn = primitive === state.held
      state.held = undefined
      if (isOn && this.options.isReduced) return this.perform(state, primitive, fiber)
    }
    // The first steps of a fiber may be invisible to all others.
    if (fiber.currentOpCount === 1) state.isResumed = true
    // The fiber was interrupted while it was in the list.
    if (state.entry !== undefined) this.ready.remove(state.entry)
    if (this.options.isReduced && isLocal(primitive)) return perform(primitive, fiber)
    if (fiber.cache.preventYield) return this.perform(state, primitive, fiber)
    // Woken from outside, such as by a promise, the fiber joins the ready list.
    if (!this.isRunning) return this.giveWay(state, primitive, fiber)
    const within = this.isPlain ? this.within(state) : undefined
    if (within !== undefined) {
      if (!this.goesOnWithin(within, state)) return this.giveWay(state, primitive, fiber)
      return this.perform(state, primitive, fiber)
    }
    if (this.target !== undefined && this.target !== state) return this.giveWay(state, primitive, fiber)
    if (this.isWoken(state) && !this.wakes(state)) return this.giveWay(state, primitive, fiber)
    // Choosing one fiber, and then another before the first has done anything, is the same as choosing the other.
    const isChosen = this.target === state || this.isFresh
    this.target = undefined
    this.isFresh = false
    if (isChosen && this.options.isReduced) return this.perform(state, primitive, fiber)
    const next = this.decide(state, fiber)
    if (next === state) {
      this.follower?.begins(state, false)
      return this.perform(state, primitive, fiber)
    }
    this.target = next
    return this.giveWay(state, primitive, fiber)
  }

  /** The fiber or task in whose step or end it goes on. */
  private within(state: FiberState): FiberState | undefined {
    const within = this.stack.at(-1) ?? this.started
    return within === state ? undefined : within
  }

  /** Whether a fiber that was woken within something goes on before the rest of that. */
  private goesOnWithin(within: FiberState, state: FiberState): boolean {
    if (state.isResumed) this.follower?.woken(state)
    const chosen = this.orDiverged(this.choices.waking(state, within)) ?? within
    this.follower?.begins(chosen, true)
    return chosen === state
  }

  private perform(state: FiberState, primitive: Primitive, fiber: AnyFiber): unknown {
    this.follower?.performs(state, kindOf(primitive), this.stack.length > 0)
    this.target = undefined
    this.isFresh = false
    state.isResumed = false
    if (++this.steps > this.options.maxSteps) {
      const running = new Set([state, ...this.ready.all.map((entry) => entry.state)])
      this.aborted ??= { _tag: "Livelock", steps: this.steps, running: Array.from(running) }
    }
    if (this.aborted !== undefined) return perform(parked, fiber)
    state.since = this.clock.currentTimeMillisUnsafe()
    state.steps++
    this.recorder?.step(state, primitive, this.stack.length, this.choices.divergences.length)
    // The entry must show that the fiber gave way by itself.
    if (isYield(primitive)) {
      this.yielding = state
      this.follower?.isOrdered()
    }
    this.stack.push(state)
    try {
      return perform(primitive, fiber)
    } finally {
      this.stack.pop()
    }
  }

  /** The fiber has its own scheduler, which decides for it. With a synchronous one, no other fiber can come in between. */
  private leave(primitive: Primitive, fiber: AnyFiber): unknown {
    if (fiber.cache.scheduler.executionMode !== "sync") this.hasForeigners = true
    return perform(primitive, fiber)
  }

  /** Decides which goes on: the fiber itself, a fiber in whose step it was woken, or a ready one. */
  private decide(state: FiberState, fiber: AnyFiber): FiberState {
    const outer = this.outer(state)
    if (this.ready.length === 0 && outer.length === 0) return state
    // Effect itself would make the fiber give way.
    const isExhausted = fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield
    if (isExhausted) this.follower?.isOrdered()
    const next = isExhausted ? this.choices.after(state, outer) : this.choices.preempting(state, outer)
    return this.orDiverged(next) ?? state
  }

  private orDiverged(state: FiberState | undefined): FiberState | undefined {
    if (state === undefined) this.aborted ??= { _tag: "Diverged", choice: this.choices.made - 1 }
    return state
  }

  /** The fibers in whose steps it was woken, from the innermost on. */
  private outer(state: FiberState): ReadonlyArray<FiberState> {
    const { stack } = this
    if (stack.length === 0) return none
    // Nearly always there is only one, and this is asked at each step.
    if (stack.length === 1) return stack[0] === state ? none : stack
    return Array.from(new Set(stack.toReversed())).filter((each) => each !== state)
  }

  /** Whether it begins to go on within something that is not a step: the end of a fiber, or a scheduled task. */
  private isWoken(state: FiberState): boolean {
    return state.isResumed && this.stack.length === 0 && this.started !== undefined && this.started !== state
  }

  /** Whether a fiber that is woken in this way goes on at once. Others may be woken after it. */
  private wakes(state: FiberState): boolean {
    const started = this.started!
    if (this.target === state) return true
    if (this.orDiverged(this.choices.waking(state, started)) !== started) {
      this.isFresh = true
      return true
    }
    this.target = started
    return false
  }

  private giveWay(state: FiberState, primitive: Primitive, fiber: AnyFiber): unknown {
    state.held = primitive
    if (this.recorder !== undefined && this.stack.length > 0) this.recorder.back(this.stack.at(-1)!)
    state.pause ??= pause((resume) => {
      const { held } = state
      this.enqueue(new Entry(() => resume(held!), state, "preempted"))
    })
    return perform(state.pause, fiber)
  }

  // ------------------------------------------------------------------- states

  private newState(): FiberState {
    const maker = this.stack.at(-1) ?? this.started
    const ordinal = this.count++
    const state = new FiberState(ordinal, maker === undefined ? ordinal : maker.nameNext())
    this.follower?.made(state)
    return state
  }

  private bind(state: FiberState, fiber: AnyFiber): FiberState {
    state.fiber = fiber
    this.states.set(fiber, state)
    return state
  }

  private discovered(fiber: AnyFiber): FiberState {
    const { started } = this
    const state = started !== undefined && started.fiber === undefined ? started : this.newState()
    state.origin ??= this.stack.at(-1)?.site
    return this.bind(state, fiber)
  }

  // ------------------------------------------------------------------- the line

  private schedule(run: () => void): void {
    const { yielding } = this
    this.yielding = undefined
    if (yielding !== undefined) return void this.enqueue(new Entry(run, yielding, "yielded"))
    const state = this.newState()
    state.origin = this.stack.at(-1)?.site
    this.enqueue(new Entry(run, state, "forked"))
  }

  private enqueue(entry: Entry): () => void {
    this.ready.add(entry)
    return () => this.ready.remove(entry)
  }

  // ------------------------------------------------------------------- the end

  private finish(ending: Ending): Run | Promise<Run> {
    const { choices, hasForeigners, isPlain, steps } = this
    this.follower?.ends(outcomeCode(ending), this.ready.length > 0)
    const run: Run = {
      ending,
      divergences: choices.divergences,
      fingerprint: choices.fingerprint,
      preemptions: choices.preemptions,
      gaveWayAfter: choices.gaveWayAfter,
      choices: choices.made,
      steps,
      hasForeigners,
      isPlain
    }
    this.cleanup = new Cleanup(this.states, this.ready, this.clock, this.io)
    const close = () => {
      this.io.close()
      return run
    }
    return this.cleanup.end()?.then(close) ?? close()
  }
}

const outcomeCode = (ending: Ending): number | undefined =>
  ending._tag === "Ended" ? (ending.exit._tag === "Success" ? -1 : -2) : undefined

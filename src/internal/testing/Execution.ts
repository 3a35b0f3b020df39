import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"
import { Choices } from "./Choices.ts"
import { Leftovers } from "./Leftovers.ts"
import { Outside, type Patience, turn } from "./Outside.ts"
import { isFailure, isLocal, isYield, parked, pause, perform, type Primitive } from "./primitives.ts"
import { Entry, ReadyList } from "./ReadyList.ts"
import type { Deviation } from "./Schedule.ts"
import type { Strategy } from "./strategies/Strategy.ts"
import { surround } from "./surroundings.ts"
import { Thread } from "./Thread.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"
import { waitOf } from "./Turns.ts"
import { VirtualClock } from "./VirtualClock.ts"

type AnyFiber = Fiber.Fiber<unknown, unknown>

/** How a schedule ended. */
export type Ending =
  | { readonly _tag: "Ended"; readonly exit: Exit.Exit<unknown, unknown> }
  /** Nobody can go on: those that wait. */
  | { readonly _tag: "Deadlock"; readonly waiting: ReadonlyArray<Thread>; readonly millis: number }
  /** It went on for too long: those that still can. */
  | { readonly _tag: "Livelock"; readonly steps: number; readonly running: ReadonlyArray<Thread> }
  /** It is not the program that it was before. */
  | { readonly _tag: "Diverged"; readonly choice: number }
  /** Nobody wants to know any more. */
  | { readonly _tag: "Stopped" }

/** What has been run. */
export interface Run {
  readonly ending: Ending
  readonly deviations: ReadonlyArray<Deviation>
  readonly fingerprint: string
  readonly preemptions: number
  readonly choices: number
  readonly steps: number
  /** Whether some fiber brought a tracer or a scheduler of its own, and so could not be told what to do. */
  readonly hasForeigners: boolean
}

export interface ExecutionOptions {
  /** After so many steps it is a livelock. */
  readonly maxSteps: number
  /** Whether choices that make no difference are left out. */
  readonly isReduced: boolean
  readonly signal?: AbortSignal | undefined
  /** Called when nobody can go on, before what is left is interrupted. */
  readonly onDeadlock?: (() => void) | undefined
}

const none: ReadonlyArray<Thread> = []

/**
 * One run of a program: decides, at every step of every fiber, who goes on.
 *
 * `Tracer.context` is what Effect calls for each step of a fiber, with the step. A fiber that is to let another go on puts its
 * step off, waits in the line, and does it when it is chosen. One that is woken runs at once, within the step that
 * woke it, as Effect does it; that it waits instead is a choice as well.
 */
export class Execution {
  private readonly options: ExecutionOptions
  private readonly choices: Choices
  private readonly context: Context.Context<never>
  private readonly scheduler: Scheduler.Scheduler
  private readonly clock: VirtualClock<Thread>
  private readonly outside: Outside
  private readonly recorder: TraceRecorder | undefined
  private readonly ready = new ReadyList()
  private readonly threads = new Map<AnyFiber, Thread>()
  /** Those whose step is under way, each within that of the one before. */
  private readonly stack: Array<Thread> = []
  private main: AnyFiber | undefined = undefined
  private count = 0
  private steps = 0
  private turns = 0
  private isRunning = false
  private hasForeigners = false
  /** From when on nothing is a choice any more. */
  private leftovers: Leftovers | undefined = undefined
  private aborted: Ending | undefined = undefined
  /** Who is to go on, once all others have given way. */
  private target: Thread | undefined = undefined
  /** What was chosen to go on and has not done its first step: that is no choice again. */
  private isFresh = false
  /** What was taken from the line last, as long as it has something to do. */
  private started: Thread | undefined = undefined
  /** Of the step before: mostly it is the same again. */
  private last: Thread | undefined = undefined
  private yielding: Thread | undefined = undefined

  constructor(
    base: Context.Context<never>,
    patience: Patience,
    strategy: Strategy,
    options: ExecutionOptions,
    recorder: TraceRecorder | undefined
  ) {
    this.options = options
    this.recorder = recorder
    this.choices = new Choices(strategy, this.ready)
    this.outside = new Outside(patience, options.signal)
    this.clock = new VirtualClock<Thread>({
      owner: () => this.stack.at(-1) ?? this.newThread(),
      wake: (thread, resume) => this.enqueue(new Entry(resume, thread, "timer")),
      live: () => Context.get(base, Clock.Clock)
    })
    const step = (primitive: Primitive, fiber: AnyFiber) => this.step(primitive, fiber)
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => this.schedule(task),
      // Called where a scheduler runs what it has before it returns, as that of `runSync`. This one does not.
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

  /** Runs the program to its end. Gives a promise only if it waits for something from outside. */
  run(program: Effect.Effect<unknown, unknown>): Run | Promise<Run> {
    const thread = this.newThread()
    const begin = () => {
      const main = Effect.runForkWith(this.context)(program)
      this.main = main
      if (thread.fiber === undefined) this.bind(thread, main)
    }
    this.ready.add(new Entry(begin, thread, "forked"))
    const ending = this.outside.watch(() => this.drain())
    return ending === undefined ? this.runOn() : this.finish(ending)
  }

  /** Goes on when something may come from outside, such as a promise that settles, or the time has come for somebody. */
  private async runOn(): Promise<Run> {
    for (;;) {
      await turn()
      if (this.options.signal?.aborted === true) return this.finish({ _tag: "Stopped" })
      const { turns } = this
      const ending = this.outside.watch(() => this.drain())
      if (ending !== undefined) return this.finish(ending)
      // What has been settled may come a turn later.
      if (this.turns > turns) this.outside.came()
      else if (await this.outside.mayCome()) continue
      else if (!this.clock.advance()) {
        this.options.onDeadlock?.()
        return this.finish({ _tag: "Deadlock", waiting: this.waiting(), millis: this.clock.currentTimeMillisUnsafe() })
      }
    }
  }

  private waiting(): Array<Thread> {
    const waiting = Array.from(this.threads.values()).filter((thread) => !thread.hasEnded)
    for (const thread of waiting) thread.waitsFor = waitOf(thread.fiber)
    return waiting
  }

  /** Lets all go on that can, until the program has ended or nobody can. */
  private drain(): Ending | undefined {
    const drain = () => {
      this.isRunning = true
      try {
        while (this.ready.length > 0 && this.over() === undefined) this.runEntry(this.pick())
        return this.over()
      } finally {
        this.isRunning = false
      }
    }
    return this.recorder === undefined ? drain() : this.recorder.watch(drain, () => this.stack.at(-1))
  }

  private over(): Ending | undefined {
    if (this.aborted !== undefined) return this.aborted
    const exit = this.main?.pollUnsafe()
    return exit === undefined ? undefined : { _tag: "Ended", exit }
  }

  private pick(): Entry {
    const { target } = this
    this.target = undefined
    const thread = target?.entry === undefined ? this.orDiverged(this.choices.amongReady()) : target
    return thread?.entry ?? this.ready.first!
  }

  private runEntry(entry: Entry): void {
    this.ready.remove(entry)
    this.turns++
    this.started = entry.thread
    this.isFresh = true
    this.recorder?.resumed(entry)
    entry.run()
    this.started = undefined
    this.isFresh = false
  }

  // ------------------------------------------------------------------- steps

  private step(primitive: Primitive, fiber: AnyFiber): unknown {
    if (this.leftovers !== undefined) return this.leftovers.step(primitive, fiber)
    if (fiber.cache.scheduler !== this.scheduler) return this.leave(primitive, fiber)
    const known = fiber === this.last?.fiber ? this.last : this.threads.get(fiber)
    const thread = known ?? this.discovered(fiber)
    this.last = thread
    // Interrupted before it has begun: what is to begin it stands in the line, and would if this gave way.
    const isInterrupted = known === undefined && thread !== this.started && isFailure(primitive)
    if (isInterrupted) return this.perform(thread, primitive, fiber)
    if (thread.held !== undefined) {
      const isOn = primitive === thread.held
      thread.held = undefined
      if (isOn && this.options.isReduced) return this.perform(thread, primitive, fiber)
    }
    // Its first steps may be such that no other can be told from.
    if (fiber.currentOpCount === 1) thread.isResumed = true
    // Interrupted while it stood there.
    if (thread.entry !== undefined) this.ready.remove(thread.entry)
    if (this.options.isReduced && isLocal(primitive)) return perform(primitive, fiber)
    if (fiber.cache.preventYield) return this.perform(thread, primitive, fiber)
    // Woken from outside, such as by a promise: it takes its place in the line.
    if (!this.isRunning) return this.giveWay(thread, primitive, fiber)
    if (this.target !== undefined && this.target !== thread) return this.giveWay(thread, primitive, fiber)
    if (this.isWoken(thread) && !this.wakes(thread)) return this.giveWay(thread, primitive, fiber)
    // To choose one and then another before the first has done anything is to choose the other.
    const isChosen = this.target === thread || this.isFresh
    this.target = undefined
    this.isFresh = false
    if (isChosen && this.options.isReduced) return this.perform(thread, primitive, fiber)
    const next = this.decide(thread, fiber)
    if (next === thread) return this.perform(thread, primitive, fiber)
    this.target = next
    return this.giveWay(thread, primitive, fiber)
  }

  private perform(thread: Thread, primitive: Primitive, fiber: AnyFiber): unknown {
    this.target = undefined
    this.isFresh = false
    thread.isResumed = false
    if (++this.steps > this.options.maxSteps) {
      const running = new Set([thread, ...this.ready.all.map((entry) => entry.thread)])
      this.aborted ??= { _tag: "Livelock", steps: this.steps, running: Array.from(running) }
    }
    if (this.aborted !== undefined) return perform(parked, fiber)
    thread.since = this.clock.currentTimeMillisUnsafe()
    this.recorder?.step(thread, primitive, this.stack.length)
    // To be told by its place in the line that it gave way by itself.
    if (isYield(primitive)) this.yielding = thread
    this.stack.push(thread)
    try {
      return perform(primitive, fiber)
    } finally {
      this.stack.pop()
    }
  }

  /** It was told to use another scheduler, which knows what it does. One that does it at once lets nobody come between. */
  private leave(primitive: Primitive, fiber: AnyFiber): unknown {
    if (fiber.cache.scheduler.executionMode !== "sync") this.hasForeigners = true
    return perform(primitive, fiber)
  }

  /** Who goes on: the fiber itself, those in whose steps it was woken, or one in the line. */
  private decide(thread: Thread, fiber: AnyFiber): Thread {
    const outer = this.outer(thread)
    if (this.ready.length === 0 && outer.length === 0) return thread
    // As long as Effect would let it.
    const isExhausted = fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield
    const next = isExhausted ? this.choices.after(thread, outer) : this.choices.preempting(thread, outer)
    return this.orDiverged(next) ?? thread
  }

  private orDiverged(thread: Thread | undefined): Thread | undefined {
    if (thread === undefined) this.aborted ??= { _tag: "Diverged", choice: this.choices.made - 1 }
    return thread
  }

  /** Those in whose steps it was woken, from the innermost on. */
  private outer(thread: Thread): ReadonlyArray<Thread> {
    const { stack } = this
    if (stack.length === 0) return none
    // Nearly always, and asked for at each step.
    if (stack.length === 1) return stack[0] === thread ? none : stack
    return Array.from(new Set(stack.toReversed())).filter((each) => each !== thread)
  }

  /** Whether it begins to go on within something that is no step: what is done at the end of a fiber, or by a scheduled task. */
  private isWoken(thread: Thread): boolean {
    return thread.isResumed && this.stack.length === 0 && this.started !== undefined && this.started !== thread
  }

  /** Whether one that is woken in this way goes on at once. There may be others that are going to be woken. */
  private wakes(thread: Thread): boolean {
    const started = this.started!
    if (this.target === thread) return true
    if (this.orDiverged(this.choices.waking(thread, started)) !== started) {
      this.isFresh = true
      return true
    }
    this.target = started
    return false
  }

  private giveWay(thread: Thread, primitive: Primitive, fiber: AnyFiber): unknown {
    thread.held = primitive
    if (this.recorder !== undefined && this.stack.length > 0) this.recorder.back(this.stack.at(-1)!)
    thread.pause ??= pause((resume) => {
      const { held } = thread
      this.enqueue(new Entry(() => resume(held!), thread, "preempted"))
    })
    return perform(thread.pause, fiber)
  }

  // ------------------------------------------------------------------- threads

  private newThread(): Thread {
    return new Thread(this.count++)
  }

  private bind(thread: Thread, fiber: AnyFiber): Thread {
    thread.fiber = fiber
    this.threads.set(fiber, thread)
    return thread
  }

  private discovered(fiber: AnyFiber): Thread {
    const { started } = this
    const thread = started !== undefined && started.fiber === undefined ? started : this.newThread()
    thread.origin ??= this.stack.at(-1)?.site
    return this.bind(thread, fiber)
  }

  // ------------------------------------------------------------------- the line

  private schedule(run: () => void): void {
    const { yielding } = this
    this.yielding = undefined
    if (yielding !== undefined) return void this.enqueue(new Entry(run, yielding, "yielded"))
    const thread = this.newThread()
    thread.origin = this.stack.at(-1)?.site
    this.enqueue(new Entry(run, thread, "forked"))
  }

  private enqueue(entry: Entry): () => void {
    this.ready.add(entry)
    return () => this.ready.remove(entry)
  }

  // ------------------------------------------------------------------- the end

  private finish(ending: Ending): Run | Promise<Run> {
    const { choices, hasForeigners, steps } = this
    const run: Run = {
      ending,
      deviations: choices.deviations,
      fingerprint: choices.fingerprint,
      preemptions: choices.preemptions,
      choices: choices.made,
      steps,
      hasForeigners
    }
    this.leftovers = new Leftovers(this.threads.keys(), this.ready, this.clock, this.outside)
    return this.leftovers.end()?.then(() => run) ?? run
  }
}

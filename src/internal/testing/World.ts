import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as Tracer from "effect/Tracer"
import { Outside, turn } from "./Outside.ts"
import { isLocal, isYield, parked, pause, perform, type Primitive } from "./primitives.ts"
import { Prng } from "./Prng.ts"
import { Entry, ReadyList, type Reason } from "./ReadyList.ts"
import type { Deviation } from "./Schedule.ts"
import type { ChoicePoint, Strategy } from "./strategies/Strategy.ts"
import { Thread } from "./Thread.ts"
import type { TraceRecorder } from "./TraceRecorder.ts"
import { VirtualClock } from "./VirtualClock.ts"

/** How a schedule ended. */
export type Ending =
  | { readonly _tag: "Ended"; readonly exit: Exit.Exit<unknown, unknown> }
  /** Nobody can go on: those that wait. */
  | { readonly _tag: "Deadlock"; readonly waiting: ReadonlyArray<Thread>; readonly millis: number }
  /** It went on for too long: those that still can. */
  | { readonly _tag: "Livelock"; readonly steps: number; readonly running: ReadonlyArray<Thread> }
  /** It is not the program that it was before. */
  | { readonly _tag: "Diverged"; readonly choice: number }

/** What has been run. */
export interface Run {
  readonly ending: Ending
  readonly deviations: ReadonlyArray<Deviation>
  readonly fingerprint: string
  readonly preemptions: number
  readonly choices: number
  readonly steps: number
}

export interface WorldOptions {
  /** After so many steps it is a livelock. */
  readonly maxSteps: number
  /** Whether steps that nobody else can tell the order of are left out of the choices. */
  readonly isReduced: boolean
}

// What all worlds have in place of a tracer's `context`.
const ofWorlds = new WeakSet<object>()

/** Whether the fiber goes on as a world decides. */
export const isOfWorld = (fiber: Fiber.Fiber<unknown, unknown>): boolean => {
  const { tracerContext } = fiber.cache
  return tracerContext !== undefined && ofWorlds.has(tracerContext)
}

const ownSchedulers = new WeakSet<Scheduler.Scheduler>()

// What is still there after a schedule has so many steps for its finalizers.
const stepsToClean = 20_000

/**
 * A scheduler, a clock and a tracer that decide, at every step of every fiber, who goes on. It runs a program once for
 * each schedule.
 *
 * `Tracer.context` is what Effect calls for each step of a fiber, with the step. A fiber that is to let another go on gives way
 * by `Effect.yieldNow`, just as when it has run for long enough. One that is woken runs at once, within the
 * step that woke it, as Effect does it; that it waits instead is a choice as well.
 */
export class World {
  private readonly options: WorldOptions
  private readonly context: Context.Context<never>
  private scheduler: Scheduler.Scheduler
  private readonly clock: VirtualClock<Thread>
  private readonly traceStep: (primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>) => unknown
  private readonly ready = new ReadyList()
  private readonly threads = new Map<Fiber.Fiber<unknown, unknown>, Thread>()
  /** Those whose step is under way, each within that of the one before. */
  private readonly stack: Array<Thread> = []
  private readonly random: { seed: Prng }
  private readonly outside = new Outside()
  // The same for all choices.
  private readonly point: {
    -readonly [Key in keyof ChoicePoint]: ChoicePoint[Key]
  } & { current: Thread | undefined }
  private strategy!: Strategy
  private recorder: TraceRecorder | undefined = undefined
  private main: Fiber.Fiber<unknown, unknown> | undefined = undefined
  private count = 0
  private steps = 0
  private choices = 0
  private preemptions = 0
  private hash = 0
  private deviations: Array<Deviation> = []
  private isRunning = false
  private mode: "exploring" | "cleaning" | "parking" = "exploring"
  private aborted: Ending | undefined = undefined
  /** Who is to go on, once all others have given way. */
  private target: Thread | undefined = undefined
  /** What was chosen to go on and has not done its first step: that is no choice again. */
  private isFresh = false
  private started: Thread | undefined = undefined
  /** Of the step before: mostly it is the same again. */
  private last: Thread | undefined = undefined
  private yielding: Thread | undefined = undefined
  /** Whether some fiber brought a tracer or a scheduler of its own, and so could not be told what to do. */
  hasForeigners = false
  /** Called when nobody can go on, before what is left is interrupted. */
  onDeadlock: () => void = () => {}

  constructor(context: Context.Context<never>, options: WorldOptions) {
    this.options = options
    this.clock = new VirtualClock<Thread>({
      owner: () => this.stack.at(-1) ?? this.newThread(),
      wake: (thread, resume) => this.wake(thread, resume),
      live: () => Context.get(context, Clock.Clock)
    })
    const candidates: Array<Thread> = []
    const nobody = new Thread(-1)
    this.point = {
      count: 0,
      free: 0,
      first: nobody,
      current: undefined,
      exhausted: undefined,
      get isPreemption() {
        return this.current !== undefined
      },
      candidates: () => {
        const { current } = this.point
        candidates.length = 0
        if (current !== undefined) candidates.push(current)
        if (this.stack.length > 0) candidates.push(...this.outer(this.point.exhausted ?? current))
        this.ready.candidates(candidates)
        return candidates
      }
    }
    this.traceStep = (primitive, fiber) => this.step(primitive, fiber)
    this.scheduler = this.makeScheduler()
    ofWorlds.add(this.traceStep)
    const tracer = Context.get(context, Tracer.Tracer)
    const random = { seed: new Prng(0) }
    this.random = random
    this.context = context.pipe(
      Context.add(Clock.Clock, this.clock),
      // The types of `context` are those of whatever a step gives, which is what this gives.
      Context.add(Tracer.Tracer, {
        span: (options) => tracer.span(options),
        context: this.traceStep as NonNullable<Tracer.Tracer["context"]>
      }),
      Context.add(Random.Random, {
        nextIntUnsafe: () => Math.floor((random.seed.next() * 2 - 1) * Number.MAX_SAFE_INTEGER),
        nextDoubleUnsafe: () => random.seed.next()
      }),
      // Thousands of schedules would say the same.
      Context.add(Logger.CurrentLoggers, new Set<Logger.Logger<unknown, unknown>>())
    )
  }

  /** A new one for each run: nothing that a library keeps for a scheduler, and no fiber that is left, gets into the next. */
  private makeScheduler(): Scheduler.Scheduler {
    const scheduler: Scheduler.Scheduler = {
      executionMode: "async",
      shouldYield: (fiber) => {
        if (fiber.cache.tracerContext !== this.traceStep) this.hasForeigners = true
        return false
      },
      makeDispatcher: () => dispatcher
    }
    const dispatcher: Scheduler.SchedulerDispatcher = {
      scheduleTask: (task) => {
        if (this.scheduler === scheduler) this.schedule(task)
      },
      // Called where a scheduler runs what it has before it returns, as that of `runSync`. This one does not.
      flush: () => {}
    }
    ownSchedulers.add(scheduler)
    return scheduler
  }

  /** The program's time. */
  get millis(): number {
    return this.clock.currentTimeMillisUnsafe()
  }

  /** Runs the program in a schedule that the strategy decides. Gives a promise only if it waits for something from outside. */
  run(program: Effect.Effect<unknown, unknown>, strategy: Strategy, recorder?: TraceRecorder): Run | Promise<Run> {
    this.reset(strategy, recorder)
    const thread = this.newThread()
    const context = Context.add(this.context, Scheduler.Scheduler, this.scheduler)
    const begin = () => {
      const main = Effect.runForkWith(context)(program)
      this.main = main
      if (thread.fiber === undefined) this.bind(thread, main)
    }
    this.ready.add(new Entry(begin, thread, "forked"))
    const ending = this.drain()
    return ending === undefined ? this.runOn() : this.finish(ending)
  }

  private reset(strategy: Strategy, recorder: TraceRecorder | undefined): void {
    this.scheduler = this.makeScheduler()
    this.strategy = strategy
    this.recorder = recorder
    this.main = undefined
    this.count = this.steps = this.choices = this.preemptions = this.hash = 0
    this.deviations = []
    this.threads.clear()
    this.ready.clear()
    this.clock.reset()
    this.random.seed = new Prng(0)
    this.mode = "exploring"
    this.aborted = this.target = this.started = this.yielding = this.last = undefined
    this.isFresh = false
  }

  /** Goes on when something may come from outside, such as a promise that settles. */
  private async runOn(): Promise<Run> {
    this.outside.begin()
    for (;;) {
      await turn()
      const ending = this.drain() ?? (this.clock.advance() ? this.drain() : undefined)
      if (ending !== undefined) return this.finish(ending)
      if (this.clock.isAwaited || (await this.outside.mayCome())) continue
      this.onDeadlock()
      return this.finish({ _tag: "Deadlock", waiting: this.waiting(), millis: this.millis })
    }
  }

  private waiting(): Array<Thread> {
    return Array.from(this.threads.values()).filter((thread) => !thread.hasEnded)
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
    if (target?.entry !== undefined) return target.entry
    const { point, ready } = this
    point.count = ready.fairCount + ready.unfairCount
    if (point.count === 1) return ready.first!
    point.current = point.exhausted = undefined
    point.free = ready.fairCount
    point.first = ready.first!.thread
    return this.choose(point).entry ?? ready.first!
  }

  private choose(point: ChoicePoint): Thread {
    const { count, first, free } = point
    const at = this.choices++
    const pick = this.strategy.choose(point)
    // A number that is small enough for a fast multiplication.
    this.hash = (Math.imul(this.hash, 31) + first.ordinal * 64 + count) | 0
    if (pick === undefined) {
      this.abort({ _tag: "Diverged", choice: at })
      return first
    }
    if (pick > 0) this.deviations.push({ at, pick })
    if (pick >= free) this.preemptions++
    const thread = pick === 0 ? first : point.candidates()[pick]!
    if (pick >= free && thread.entry?.reason === "yielded") thread.hurried++
    return thread
  }

  private runEntry(entry: Entry): void {
    this.ready.remove(entry)
    this.started = entry.thread
    this.isFresh = true
    this.recorder?.resumed(entry)
    entry.run()
    this.started = undefined
    this.isFresh = false
  }

  // ------------------------------------------------------------------- steps

  private step(primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown {
    if (fiber.cache.scheduler !== this.scheduler) return this.leave(primitive, fiber)
    if (this.mode !== "exploring") return this.clean(primitive, fiber)
    const thread = fiber === this.last?.fiber ? this.last : (this.threads.get(fiber) ?? this.discovered(fiber))
    this.last = thread
    if (thread.held !== undefined) {
      const isOn = primitive === thread.held
      thread.held = undefined
      if (isOn && this.options.isReduced) return this.perform(thread, primitive, fiber)
    }
    // Interrupted while it stood there.
    if (thread.entry !== undefined) this.ready.remove(thread.entry)
    if (this.options.isReduced && isLocal(primitive)) return perform(primitive, fiber)
    if (fiber.cache.preventYield) return this.perform(thread, primitive, fiber)
    // Woken from outside, such as by a promise: it takes its place in the line.
    if (!this.isRunning) return this.giveWay(thread, primitive, fiber)
    if (this.target !== undefined && this.target !== thread) return this.giveWay(thread, primitive, fiber)
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

  /** It was told to use another scheduler, which knows what it does. One that does it at once lets nobody come between. */
  private leave(primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown {
    if (fiber.cache.scheduler.executionMode !== "sync" && !this.hasLeft(fiber)) this.hasForeigners = true
    return perform(primitive, fiber)
  }

  /** Whether it is one of a run before this. */
  private hasLeft(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return ownSchedulers.has(fiber.cache.scheduler)
  }

  private perform(thread: Thread, primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown {
    this.target = undefined
    this.isFresh = false
    if (++this.steps > this.options.maxSteps) {
      this.abort({ _tag: "Livelock", steps: this.steps, running: this.runnable(thread) })
      return parked
    }
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

  private runnable(thread: Thread): Array<Thread> {
    const candidates = [thread]
    this.ready.candidates(candidates)
    return Array.from(new Set(candidates))
  }

  /** Who goes on: the fiber itself, those in whose steps it was woken, or one in the line. */
  private decide(thread: Thread, fiber: Fiber.Fiber<unknown, unknown>): Thread {
    const { point, ready, stack } = this
    if (ready.length === 0 && stack.length === 0) return thread
    // As long as Effect would let it.
    const isExhausted = ready.length > 0 && fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield
    point.current = isExhausted ? undefined : thread
    point.exhausted = isExhausted ? thread : undefined
    const own = isExhausted ? 0 : 1
    const outer = stack.length === 0 ? 0 : this.outer(thread).length
    point.count = own + outer + ready.fairCount + ready.unfairCount
    point.free = isExhausted ? outer + ready.fairCount : 1
    point.first = isExhausted ? point.candidates()[0]! : thread
    return point.count === 1 ? point.first : this.choose(point)
  }

  /** Those in whose steps it was woken, from the innermost on. */
  private outer(thread: Thread | undefined): Array<Thread> {
    const outer: Array<Thread> = []
    for (let i = this.stack.length - 1; i >= 0; i--) {
      const each = this.stack[i]!
      if (each !== thread && !outer.includes(each)) outer.push(each)
    }
    return outer
  }

  private giveWay(thread: Thread, primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown {
    thread.held = primitive
    if (this.recorder !== undefined && this.stack.length > 0) this.recorder.back(this.stack.at(-1)!)
    thread.pause ??= pause((resume) => {
      const { held } = thread
      // An interruption may have come first, and there is nothing any more that could go on.
      this.ready.add(new Entry(() => resume(held!), thread, "preempted"))
    })
    return perform(thread.pause, fiber)
  }

  private abort(ending: Ending): void {
    this.aborted ??= ending
    this.mode = "parking"
  }

  // ------------------------------------------------------------------- threads

  private newThread(): Thread {
    return new Thread(this.count++)
  }

  private bind(thread: Thread, fiber: Fiber.Fiber<unknown, unknown>): Thread {
    thread.fiber = fiber
    this.threads.set(fiber, thread)
    return thread
  }

  private discovered(fiber: Fiber.Fiber<unknown, unknown>): Thread {
    const { started } = this
    const thread = started !== undefined && started.fiber === undefined ? started : this.newThread()
    thread.origin ??= this.stack.at(-1)?.site
    return this.bind(thread, fiber)
  }

  // ------------------------------------------------------------------- the line

  private schedule(run: () => void): void {
    const { yielding } = this
    this.yielding = undefined
    if (yielding !== undefined) return this.ready.add(new Entry(run, yielding, "yielded"))
    const thread = this.newThread()
    thread.origin = this.stack.at(-1)?.site
    this.ready.add(new Entry(run, thread, "forked"))
  }

  private wake(thread: Thread, run: () => void, reason: Reason = "timer"): () => void {
    const entry = new Entry(run, thread, reason)
    this.ready.add(entry)
    return () => this.ready.remove(entry)
  }

  // ------------------------------------------------------------------- the end

  private finish(ending: Ending): Run | Promise<Run> {
    const run: Run = {
      ending,
      deviations: this.deviations,
      fingerprint: (this.hash >>> 0).toString(36),
      preemptions: this.preemptions,
      choices: this.choices,
      steps: this.steps
    }
    if (this.waiting().length === 0) return run
    return this.cleanUp(run)
  }

  /** Ends what is left, with its finalizers. */
  private async cleanUp(run: Run): Promise<Run> {
    this.mode = "cleaning"
    this.steps = 0
    for (const { fiber } of this.waiting()) fiber!.interruptUnsafe()
    for (let idle = 0; idle < 3;) {
      while (this.ready.first !== undefined) {
        const entry = this.ready.first
        this.ready.remove(entry)
        entry.run()
        idle = 0
      }
      if (this.waiting().length === 0) break
      await undefined
      if (this.ready.length === 0 && !this.clock.advance()) idle++
    }
    this.mode = "parking"
    this.ready.clear()
    return run
  }

  private clean(primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>): unknown {
    if (++this.steps > stepsToClean) this.mode = "parking"
    return perform(this.mode === "parking" ? parked : primitive, fiber)
  }
}

import { Effect, Exit, Fiber, Logger, Scope, Stream } from "effect"
import { Executor, Future } from "effect-futures"
import { engineOf } from "../../../src/internal/executor/ExecutorImpl.ts"
import type { TaskFuture } from "../../../src/internal/executor/TaskFuture.ts"
import { faultsAtRest } from "../../support/engineState.ts"
import { Random } from "../../support/Random.ts"
import { until } from "../../behaviour/support.ts"
import type { Make, MakeOptions } from "../remoteExecutors/support.ts"
import { countRuns, type Counted } from "./Counted.ts"
import { makeMix, type Planned } from "./Mix.ts"
import { endingOf, Seen } from "./Seen.ts"
import { tellIfStuck } from "./tellIfStuck.ts"
import { meetAtOnce } from "./meetAtOnce.ts"

type Any = Executor.Executor<Executor.Failure>

/** How many tasks are looked at again. */
const remembered = 2000

/** Enough for Effect and the tasks. */
const heapMegabytes = 64

/** Workers that soon run out of memory, and stop waiting for finalizers soon. */
export const stormOptions = (kind: string): MakeOptions => ({
  grace: "200 millis",
  ...(kind === "ThreadExecutor"
    ? { resourceLimits: { maxOldGenerationSizeMb: heapMegabytes } }
    : {
        output: "ignore",
        execArgv: ["--conditions=effect-futures-source", `--max-old-space-size=${heapMegabytes}`]
      })
})

/** Submits the mix, with stops from outside at random moments. */
export class Storm {
  readonly seen: Array<Seen> = []
  readonly faults: Array<string> = []
  readonly counted: Counted
  readonly executor: Any
  private readonly sharesWorkers: boolean
  private readonly random: Random
  private readonly plan: (index: number) => Planned
  private readonly asides: Array<Fiber.Fiber<unknown, unknown>> = []
  private group: { readonly executor: Any; readonly scope: Scope.Closeable; readonly seen: Array<Seen> } | undefined

  constructor(kind: string, executor: Any, counted: Counted, { concurrency = 1, seed }: StormOptions) {
    this.executor = executor
    this.sharesWorkers = concurrency > 1
    this.counted = counted
    this.random = new Random(seed)
    this.plan = makeMix(kind, counted.tally, this.random)
  }

  submit(index: number) {
    return Effect.gen({ self: this }, function* () {
      if (index % 100 === 0) yield* this.changeGroup
      this.seen[index - remembered]?.forget()
      const group = this.random.chance(0.2) ? this.group : undefined
      const planned = this.plan(index)
      const future = yield* (group?.executor ?? this.executor).submit(planned.task, planned.options)
      const seen = new Seen(planned, future)
      this.seen.push(seen)
      group?.seen.push(seen)
      yield* Future.onDone(future, (done) => seen.calls.push(endingOf(done)))
      if (this.random.chance(0.02)) yield* this.stopOne
      if (this.random.chance(0.05)) yield* Effect.yieldNow
    })
  }

  /** Stops one of the latest tasks, in one of the ways there are. */
  private get stopOne() {
    const seen = this.seen[this.seen.length - 1 - this.random.below(Math.min(this.seen.length, 200))]!
    const { future } = seen
    if (future === undefined) return Effect.void
    const how = this.random.pick(["cancel", "cancelPending", "interrupt"])
    seen.isStopped ||= !Future.isDone(future)
    if (how === "interrupt") return this.aside(Fiber.interrupt(future.fiber))
    const isPendingOnly = how === "cancelPending"
    const cancel = Effect.map(Future.cancel(future, { running: !isPendingOnly }), (isCancelled) => {
      const isRight = isPendingOnly
        ? !isCancelled || future.state === "cancelled"
        : isCancelled === Future.isCancelled(future)
      if (!isRight) this.faults.push(`${how} of ${future.name} gave ${isCancelled}, and it is ${future.state}`)
    })
    return this.aside(cancel)
  }

  private aside(effect: Effect.Effect<unknown, unknown>) {
    return Effect.map(Effect.forkScoped(effect), (fiber) => this.asides.push(fiber))
  }

  /** Half of the groups are closed while their tasks go on. */
  private get changeGroup() {
    return Effect.gen({ self: this }, function* () {
      yield* this.closeGroup(this.random.chance(0.5))
      const scope = yield* Scope.fork(yield* Effect.scope)
      const executor = yield* Executor.group(this.executor, { maxWorkers: 1 + this.random.below(2) }).pipe(
        Scope.provide(scope)
      )
      this.group = { executor, scope, seen: [] }
    })
  }

  private closeGroup(isStop: boolean): Effect.Effect<void, never, Scope.Scope> {
    const { group } = this
    if (group === undefined) return Effect.void
    this.group = undefined
    if (isStop) for (const seen of group.seen) seen.isStopped ||= !seen.isDone
    const before = isStop ? Effect.void : Executor.awaitIdle(group.executor)
    return Effect.asVoid(this.aside(Effect.andThen(before, Scope.close(group.scope, Exit.void))))
  }

  /** Until all has ended. */
  get settled() {
    return Effect.gen({ self: this }, function* () {
      yield* this.closeGroup(false)
      yield* Executor.awaitIdle(this.executor)
      for (const aside of this.asides) yield* Fiber.join(aside)
    })
  }

  /** Until half of those have ended that were submitted so far. */
  get half(): Effect.Effect<void> {
    return until(() => this.seen.filter(({ isDone }) => isDone).length > this.seen.length / 2)
  }

  /** The faults in how the tasks have ended. `isOver` says that the executor was closed before all had. */
  check(isOver: boolean): ReadonlyArray<string> {
    const runs = this.counted.runs()
    return [
      ...this.faults,
      ...this.seen.flatMap((seen) => faultsOf(seen, runs[seen.index]!, isOver, this.sharesWorkers))
    ]
  }
}

/** Whether it has ended so through no fault of its own. */
const isVictim = ({ sort }: Seen, ending: string, sharesWorkers: boolean): boolean => {
  // Slow tasks take so long that another call of the worker may have to be stopped by force in the meantime.
  const takesLong = sort.hasTimeout || sort.name === "fills"
  const mayShare = sort.givesWay !== "to nothing" || takesLong
  if (sharesWorkers) return mayShare && ending.startsWith("failed: crash: ")
  return sort.givesWay === "to all" && /^failed: crash: late \d+$/.test(ending)
}

const faultsOf = (seen: Seen, runs: number, isOver: boolean, sharesWorkers: boolean): ReadonlyArray<string> => {
  const { calls, index, name, sort } = seen
  const { ending, state } = seen.look
  const faults: Array<string> = []
  const isStopped = ending === "interrupted"
  // The worker had died by itself, and was stopped before that was known here: neither is lost.
  const isBoth = ending === `interrupted and ${sort.ends(index)}`
  const isExpected =
    isStopped || isBoth
      ? seen.isStopped || isOver
      : isVictim(seen, ending, sharesWorkers) || ending === sort.ends(index)
  if (!isExpected) faults.push(`${ending}, expected ${sort.ends(index)}`)
  if (isStopped !== (state === "cancelled")) faults.push(`is ${state}, but ${ending}`)
  // Stopped tasks may have begun or not. On a busy machine that is also true of tasks that had a worker and a short limit.
  const mayNotHaveBegun = isStopped || sort.hasTimeout
  const isRight = mayNotHaveBegun ? runs <= 1 : runs === Number(sort.runs)
  if (!isRight) faults.push(`ran ${runs} times, and ${ending}`)
  // A closed executor interrupts callbacks that have not begun.
  const isCalled = calls.length === 1 && calls[0] === ending
  if (!isCalled && !(isOver && calls.length === 0)) faults.push(`${ending}, and its callback was told: ${calls.join()}`)
  return faults.map((fault) => `${name} ${fault}`)
}

/** Whether statistics and events agree with how the tasks have ended. */
const bookFaults = (
  storm: Storm,
  stats: Executor.Stats,
  events: ReadonlyArray<Executor.Event>
): ReadonlyArray<string> => {
  const expected: Record<string, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
  const outcomes = new Map<number, string>()
  for (const { id, look } of storm.seen) {
    const { outcome } = look
    if (outcome === undefined) continue
    expected[outcome]! += 1
    outcomes.set(id, outcome)
  }
  const faults: Array<string> = []
  for (const [outcome, count] of Object.entries(expected)) {
    const found = stats[outcome as keyof Executor.Stats]
    if (found !== count) faults.push(`stats say ${found} ${outcome}, and it is ${count}`)
  }
  const heard = new Map<number, Array<string>>()
  for (const event of events) {
    if (!("id" in event)) continue
    const list = heard.get(event.id) ?? []
    heard.set(event.id, list)
    list.push(event._tag === "Ended" ? event.outcome : event._tag)
  }
  for (const [id, outcome] of outcomes) {
    const list = heard.get(id)?.join() ?? ""
    // A task is started again if its worker died before it began there.
    const isRight = /^Submitted,(Started,){0,3}$/.test(list.slice(0, -outcome.length)) && list.endsWith(outcome)
    if (!isRight) faults.push(`events of ${id}: ${list}, and it ${outcome}`)
  }
  return faults
}

/** The log messages of this process. */
const logged = () => {
  const logs: Array<string> = []
  const logger = Logger.make<unknown, void>(({ message }) => {
    // Said of the workers that `throwsLate` takes down.
    if (!String(message).includes("died between tasks")) logs.push(`logged: ${String(message)}`)
  })
  return { logs, layer: Logger.layer([logger]) }
}

interface StormOptions extends MakeOptions {
  /** Of tasks. */
  readonly count: number
  readonly seed: number
}

/** An executor in a storm that goes on in a fiber. */
export const startStorm = (kind: string, make: Make, counted: Counted, options: StormOptions) =>
  Effect.gen(function* () {
    const { count, seed: _, ...others } = options
    const executor = yield* make({ ...stormOptions(kind), maxWorkers: 2, capacity: 400, ...others })
    const storm = new Storm(kind, executor, counted, options)
    const submitAll = Effect.gen(function* () {
      for (let index = 0; index < count; index++) yield* storm.submit(index)
    })
    const events = yield* Effect.forkScoped(Stream.runCollect(Executor.events(executor)), { startImmediately: true })
    const submitting = yield* Effect.forkScoped(submitAll)
    return { storm, events, submitting }
  })

/** A storm from its beginning to its end, and all that went wrong in it. `whenOver` is called before all of that is looked for. */
export const weather = (kind: string, make: Make, options: StormOptions, whenOver = () => {}) => {
  const { logs, layer } = logged()
  return Effect.gen(function* () {
    const counted = yield* countRuns(kind, options.count)
    const { events, storm, submitting } = yield* startStorm(kind, make, counted, options)
    const { executor } = storm
    yield* tellIfStuck(storm)
    yield* Fiber.join(submitting)
    yield* storm.settled
    const stats = yield* Executor.stats(executor)
    const { concurrency = 1 } = options
    const workers = yield* meetAtOnce(executor, executor.maxWorkers * concurrency)
    const futures = storm.seen.flatMap(({ future }) =>
      future === undefined ? [] : [future as TaskFuture<unknown, unknown>]
    )
    const atRest = faultsAtRest(engineOf(executor), futures)
    // A worker that has done as many tasks as it may is about to end.
    const isWhole = workers === executor.maxWorkers || options.maxTasksPerWorker !== undefined
    if (!isWhole) atRest.push(`there are ${workers} workers`)
    yield* Executor.shutdown(executor)
    whenOver()
    const books = bookFaults(storm, stats, yield* Fiber.join(events))
    return { storm, stats, faults: [...storm.check(false), ...books, ...atRest, ...logs] }
  }).pipe(Effect.provide(layer))
}

export const describeFaults = (seed: number, faults: ReadonlyArray<string>): string =>
  `seed ${seed}: ${faults.length} faults\n${faults.slice(0, 20).join("\n")}`

import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as ThreadExecutor from "../../../node/ThreadExecutor.ts"
import type { RoundPart } from "../strategies/BoundedSearch.ts"
import type { Place } from "./exported.ts"
import type { Piece, Pieces } from "./Pieces.ts"
import { type Job, type PartResult, type Proof, Searches, tryPart } from "./searches.ts"

// About a tenth of a second: short enough for the workers to end at about the same time, and long enough for what a part costs
// besides. Steps and not time, so that a busy machine does not make smaller parts.
const partSteps = 100_000

// Threads are started only for more than these. They are few, as a thread needs some tenths of a second before it is of use.
const stepsAlone = 40_000

interface CrewOptions extends Pick<Job["options"], "maxSteps" | "isReduced" | "stopAtFirst"> {
  readonly program: Effect.Effect<unknown, unknown>
  readonly place: Place
  readonly proof: Proof
  readonly workers: number
}

interface Thread {
  readonly executor: ThreadExecutor.ThreadExecutor
  /** How many it has, one of which it tries. */
  parts: number
}

type Limits = Pick<Job["options"], "maxSchedules" | "mostSteps" | "restParts">

/**
 * A crew tries parts: the caller's own thread, which has the program and is warm, and threads that start once it has tried a few
 * schedules. It takes part as long as no schedule has to wait: Node.js does not tell what a program waits for from what threads do.
 */
export class Crew {
  private readonly options: CrewOptions
  private readonly scope: Scope.Scope
  /** Results of workers, to be recorded. */
  private readonly reports: Queue.Queue<Effect.Effect<void>>
  private readonly threads: Array<Thread> = []
  private areThreadsWanted = false
  private starting = 0
  private isTrying = false
  private isHelping = true
  private stepsHere = 0

  private constructor(options: CrewOptions, scope: Scope.Scope, reports: Queue.Queue<Effect.Effect<void>>) {
    this.options = options
    this.scope = scope
    this.reports = reports
  }

  static make(options: CrewOptions): Effect.Effect<Crew, never, Scope.Scope> {
    return Effect.gen(function* () {
      return new Crew(options, yield* Effect.scope, yield* Queue.unbounded<Effect.Effect<void>>())
    })
  }

  /** Gives parts to all who have none, and waits until somebody is done with his. */
  tryNext(pieces: Pieces, maxSchedules: number, wanted: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const limits = (): Limits => ({
        maxSchedules,
        mostSteps: this.areThreadsWanted ? partSteps : stepsAlone,
        // Always some, so that all stay near the first schedules that are missing: if there is a limit, later ones may be in vain.
        restParts: this.options.workers * 2
      })
      // A part for each thread to try, and one for it to go on with.
      for (let round = 1; round <= 2; round++) {
        for (const thread of this.threads) {
          const piece = thread.parts < round ? pieces.take(wanted) : undefined
          if (piece !== undefined) yield* this.tryThere(thread, pieces, piece, limits())
        }
      }
      const piece = this.isHelping && !this.isTrying ? pieces.take(wanted) : undefined
      if (piece !== undefined) yield* this.tryHere(pieces, piece, limits())
      yield* yield* Queue.take(this.reports)
    })
  }

  /** Waits until no thread starts any more, if the program is one that waits: between rounds nothing else is under way. */
  readonly settled: Effect.Effect<void> = Effect.suspend(() =>
    this.isHelping || this.starting === 0
      ? Effect.void
      : Effect.flatMap(Effect.flatten(Queue.take(this.reports)), () => this.settled)
  )

  /** Tries a part and nothing else. */
  search(part: RoundPart, limits: Limits): Effect.Effect<PartResult> {
    const [thread] = this.threads
    return thread === undefined ? this.searchHere(part, limits, false) : this.searchThere(thread, part, limits)
  }

  private tryThere(thread: Thread, pieces: Pieces, piece: Piece, limits: Limits): Effect.Effect<unknown> {
    thread.parts++
    return this.fork(this.searchThere(thread, piece.part, limits), (result) => {
      thread.parts--
      pieces.settle(piece, result)
      return Effect.void
    })
  }

  private tryHere(pieces: Pieces, piece: Piece, limits: Limits): Effect.Effect<unknown> {
    const isAlone = !this.areThreadsWanted
    this.isTrying = true
    return this.fork(this.searchHere(piece.part, limits, !isAlone), (result) => {
      this.isTrying = false
      this.stepsHere += result.allSteps
      // Perhaps it waited for something of the threads.
      if (result.hasWaited && !isAlone) pieces.giveBack(piece)
      else pieces.settle(piece, result)
      if (isAlone && this.stepsHere < stepsAlone) return Effect.void
      if (result.hasWaited) this.isHelping = false
      this.areThreadsWanted = true
      const { workers } = this.options
      return this.start((isAlone ? workers - 1 : 0) + (this.isHelping ? 0 : 1))
    })
  }

  private start(count: number): Effect.Effect<unknown> {
    const starting = Scope.provide(startThread(this.options.place), this.scope)
    this.starting += count
    const started = this.fork(Effect.orDie(starting), (executor) => {
      this.starting--
      this.threads.push({ executor, parts: 0 })
      return Effect.void
    })
    return Effect.replicateEffect(started, count, { discard: true })
  }

  /** Does it while others work, and has noted what it came to. */
  private fork<A>(effect: Effect.Effect<A>, note: (value: A) => Effect.Effect<unknown>): Effect.Effect<unknown> {
    const reported = Effect.flatMap(Effect.exit(effect), (exit) =>
      Queue.offer(this.reports, Effect.asVoid(Effect.flatMap(exit, note)))
    )
    return Effect.forkIn(reported, this.scope)
  }

  private searchHere(part: RoundPart, limits: Limits, isAmongThreads: boolean): Effect.Effect<PartResult> {
    const job = this.jobOf(part, limits, isAmongThreads)
    return Effect.promise((signal) => tryPart(this.options.program, job, signal))
  }

  private searchThere({ executor }: Thread, part: RoundPart, limits: Limits): Effect.Effect<PartResult> {
    const task = Searches.searchPart(this.options.place, this.jobOf(part, limits, false))
    return Effect.orDie(Effect.flatten(executor.submit(task)))
  }

  private jobOf(part: RoundPart, limits: Limits, isAmongThreads: boolean): Job {
    const { isReduced, maxSteps, proof, stopAtFirst } = this.options
    return { proof, part, options: { maxSteps, isReduced, stopAtFirst, isAmongThreads, ...limits } }
  }
}

/** A thread that has the program. */
const startThread = (place: Place) =>
  Effect.gen(function* () {
    const options = {
      name: "interleave",
      minWorkers: 1,
      maxWorkers: 1,
      preload: [Searches],
      preempt: "terminate"
    } as const
    const executor = yield* ThreadExecutor.make(options)
    yield* Effect.flatten(executor.submit(Searches.load(place)))
    return executor
  })

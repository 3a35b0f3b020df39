import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Scope from "effect/Scope"
import * as ThreadExecutor from "../../../node/ThreadExecutor.ts"
import type { RoundPart } from "../strategies/BoundedSearch.ts"
import type { Place } from "./exported.ts"
import type { Piece, Pieces } from "./Pieces.ts"
import { type Job, type PartResult, type Proof, Searches, tryPart } from "./searches.ts"

// A part takes about a tenth of a second. That is short enough for the workers to end at about the same time, and long compared with the
// cost of handing over a part. Steps are counted and not time, so that a busy machine does not make smaller parts.
const partSteps = 100_000

// Threads are started only after so many steps. The number is small, because a thread needs some tenths of a second to start.
const stepsAlone = 40_000

interface CrewOptions extends Pick<Job["options"], "maxSteps" | "isReduced" | "stopAtFirst"> {
  readonly program: Effect.Effect<unknown, unknown>
  readonly place: Place
  readonly proof: Proof
  readonly workers: number
}

interface Thread {
  readonly executor: ThreadExecutor.ThreadExecutor
  /** How many parts it has. It tries one of them, and the others wait there. */
  parts: number
}

type Limits = Pick<Job["options"], "maxSchedules" | "mostSteps" | "restParts">

/**
 * The caller's own thread, and worker threads that are started once it has tried some schedules. All of them try parts of a round.
 *
 * The caller's thread has loaded the program and is warm, so it helps as long as no schedule has to wait for something real. `ExternalIO`
 * cannot distinguish what a program in this thread waits for from the messages of the worker threads.
 */
export class Crew {
  private readonly options: CrewOptions
  private readonly scope: Scope.Scope
  /** Results of parts, each as an effect that records it. */
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

  /** Gives parts to all threads that have none, and waits until one of them has ended a part. */
  tryNext(pieces: Pieces, maxSchedules: number, wanted: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const limits = (): Limits => ({
        maxSchedules,
        mostSteps: this.areThreadsWanted ? partSteps : stepsAlone,
        // The rest of a part is always divided, so that all threads work near its beginning. With a limit, later schedules may not be needed.
        restParts: this.options.workers * 2
      })
      // Each thread gets a part to try, and another one to go on with.
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

  /** Waits until all threads have started, if the program waits for something real. Between rounds, nothing else is under way. */
  readonly settled: Effect.Effect<void> = Effect.suspend(() =>
    this.isHelping || this.starting === 0
      ? Effect.void
      : Effect.flatMap(Effect.flatten(Queue.take(this.reports)), () => this.settled)
  )

  /** Tries this part, while nothing else is under way. */
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
      // The schedule may have waited for a message of a thread, so the part is tried again by one.
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

  /** Runs the effect while others work. `note` records its result. */
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

/** Starts a thread, which then loads the program. */
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

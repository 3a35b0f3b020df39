import { Data, Effect, Exit, Scope } from "effect"
import type { Executor } from "effect-futures"
import { PrefetchingWorker } from "../../src/internal/executor/workers/PrefetchingWorker.ts"
import { Engine } from "../../src/internal/executor/Engine.ts"
import { ExecutorImpl } from "../../src/internal/executor/ExecutorImpl.ts"
import { makeWorkerPool } from "../../src/internal/executor/workers/WorkerPool.ts"
import { interruptEngine } from "../../src/internal/executor/shutdown.ts"
import type { HandedOver } from "../../src/internal/executor/TaskOwner.ts"
import type { Run, TaskFuture } from "../../src/internal/executor/TaskFuture.ts"
import type { WorkerEnd } from "../../src/internal/executor/workers/WorkerEnd.ts"

/** The error of a task whose fake worker has died. */
export class Crashed extends Data.TaggedError("Crashed")<{
  readonly task: string
  readonly attempts: number
  readonly end: WorkerEnd
}> {}

type Future = TaskFuture<unknown, unknown>
type Resume = (effect: Effect.Effect<unknown, unknown>) => void

/** A task that a fake worker has. It begins, is called and ends when the test says so. */
class FakeCall implements HandedOver {
  readonly future: Future
  readonly effect: Effect.Effect<unknown, unknown>
  readonly worker: FakeWorker
  hasBegun = false
  isTaken = false
  exit: Exit.Exit<unknown, unknown> | undefined = undefined
  /** Set where the future has a fiber, which waits for it. */
  resume: Resume | undefined = undefined
  onStopped: (() => void) | undefined = undefined

  constructor(future: Future, effect: Effect.Effect<unknown, unknown>, worker: FakeWorker) {
    this.future = future
    this.effect = effect
    this.worker = worker
  }

  revoke(): boolean {
    if (this.isTaken || this.exit !== undefined) return false
    this.worker.drop(this)
    return true
  }

  abandon(): void {
    if (!this.revoke()) this.worker.end(this, Exit.interrupt())
  }

  moved(): void {
    if (this.onStopped !== undefined) this.onStopped()
    else if (this.resume !== undefined) this.future.parkAgain(this.effect, this.resume)
  }

  ended(exit: Exit.Exit<unknown, unknown>): void {
    this.exit = exit
    if (this.onStopped !== undefined) this.onStopped()
    else if (this.resume !== undefined) this.finishIn(this.resume, exit)
    else if (this.future.isUnattended) this.finish(exit)
  }

  finish(exit: Exit.Exit<unknown, unknown>): void {
    this.future.leftWorker()
    this.future.ended(exit)
  }

  finishIn(resume: Resume, exit: Exit.Exit<unknown, unknown>): void {
    this.future.leftWorker()
    resume(exit)
  }
}

/** A worker that does nothing by itself. */
export class FakeWorker extends PrefetchingWorker {
  isAlive = true
  isKnownToHaveEnded = false
  /** The tasks that it has, in the order in which it got them. */
  readonly calls: Array<FakeCall> = []
  private readonly engine: () => Engine

  constructor(id: number, engine: () => Engine) {
    super(id, Infinity)
    this.engine = engine
  }

  get names(): ReadonlyArray<string> {
    return this.calls.map(({ future }) => future.name)
  }

  prefetch(future: Future): boolean {
    this.hand(future, future.effect!)
    return true
  }

  hand(future: Future, effect: Effect.Effect<unknown, unknown>): FakeCall {
    if (!this.isAlive) throw new Error(`Worker ${this.id} is dead, and got ${future.name}`)
    const call = new FakeCall(future, effect, this)
    this.calls.push(call)
    future.handOver(call)
    return call
  }

  drop(call: FakeCall): void {
    this.calls.splice(this.calls.indexOf(call), 1)
  }

  find(name: string): FakeCall {
    const found = this.calls.find(({ future }) => future.name === name)
    if (found === undefined) throw new Error(`Worker ${this.id} has no ${name}, but ${this.names.join()}`)
    return found
  }

  /** The task cannot be taken back any more. Its function has not been called. */
  take(name: string): void {
    this.find(name).isTaken = true
  }

  /** The function has been called, and the worker reports that, or its report is on its way. */
  call(name: string, isTold = true): void {
    const call = this.find(name)
    call.isTaken = call.hasBegun = true
    if (isTold) call.future.functionCalled()
  }

  reply(name: string, exit: Exit.Exit<unknown, unknown> = Exit.succeed(name)): void {
    this.end(this.find(name), exit)
  }

  end(call: FakeCall, exit: Exit.Exit<unknown, unknown>): void {
    this.drop(call)
    this.ended()
    call.ended(exit)
  }

  /** The worker takes nothing any more, and nobody knows that yet. */
  failSilently(): void {
    this.isAlive = false
  }

  /** The executor has no use for it any more. */
  close(): void {
    if (!this.isAlive) return
    this.isAlive = false
    this.isKnownToHaveEnded = true
    this.engine().dispatcher.ended(this, [])
  }

  die(kind: WorkerEnd["kind"] = "crashed"): void {
    this.isAlive = false
    this.isKnownToHaveEnded = true
    const end: WorkerEnd = { kind, exitCode: 9, signal: undefined, stderr: "", error: undefined }
    for (const call of this.calls.filter(({ isTaken }) => isTaken)) {
      this.end(call, Exit.fail(new Crashed({ task: call.future.name, attempts: 1, end })))
    }
    const unbegun = this.calls.splice(0).map(({ future }) => future)
    this.engine().dispatcher.ended(this, unbegun, end)
  }
}

/** The fiber of a task: like `remoteBody`, with calls of fake workers. */
const follow: Engine["options"]["body"] = <A, E>(effect: Effect.Effect<A, E>, run: Run) =>
  Effect.callback((resume: Resume) => {
    const future = run.task
    const worker = run.lease?.worker as FakeWorker
    const park = () => future.parkAgain(effect, resume)
    if (future.taskRun !== run) return park()
    if (!worker.isAlive && future.handedOver === undefined) return future.engine.moveLate(future, park)
    const call = (future.handedOver as FakeCall | undefined) ?? worker.hand(future, effect)
    call.resume = resume
    if (call.exit !== undefined) call.finishIn(resume, call.exit)
    return Effect.callback((stopped: (effect: Effect.Effect<void>) => void) => {
      const gone = () => {
        future.leftWorker()
        stopped(Effect.void)
      }
      if (future.handedOver !== call || call.revoke()) return gone()
      call.onStopped = gone
      call.worker.end(call, Exit.interrupt())
    })
    // The exit that the test chooses.
  }) as Effect.Effect<A, E>

export interface FakeOptions {
  readonly maxWorkers?: number
  readonly concurrency?: number
  readonly minWorkers?: number
  readonly startTimeout?: number
  readonly queueTimeout?: number
  readonly maxAttempts?: number
  /** An effect that a worker waits for before it is ready. */
  readonly untilStarted?: (id: number) => Effect.Effect<void>
}

/** An executor of fake workers, and these: all that there have been. */
export const makeFakes = (options: FakeOptions = {}) =>
  Effect.gen(function* () {
    const context = yield* Effect.context<Scope.Scope>()
    const { concurrency = 1, maxWorkers = 1, minWorkers = 0, queueTimeout = Infinity, ...more } = options
    const { untilStarted = () => Effect.void, ...limits } = more
    const all: Array<FakeWorker> = []
    let lastId = 0
    const engine: Engine = new Engine(
      {
        ...limits,
        name: "fakes",
        maxWorkers: maxWorkers * concurrency,
        timeout: Infinity,
        queueTimeout,
        capacity: Infinity,
        overflow: "suspend",
        takes: "effects",
        startError: (failure) => failure,
        crashError: (_, end, attempts, task) => new Crashed({ task, attempts, end }),
        body: follow,
        startElsewhere: (future) => {
          const worker = future.taskRun!.lease!.worker as FakeWorker
          const call = (future.handedOver as FakeCall | undefined) ?? worker.hand(future, future.effect!)
          if (call.exit !== undefined) call.finish(call.exit)
        }
      },
      undefined
    )
    const workers = Scope.makeUnsafe()
    const pool = yield* makeWorkerPool({
      minWorkers,
      maxWorkers,
      concurrency,
      idleTimeToLive: Infinity,
      acquire: Effect.gen(function* () {
        const id = ++lastId
        yield* untilStarted(id)
        const worker = new FakeWorker(id, () => engine)
        all.push(worker)
        engine.dispatcher.started(worker)
        yield* Effect.addFinalizer(() => Effect.sync(() => worker.close()))
        return worker
      })
    }).pipe(Scope.provide(workers))
    engine.dispatcher.usePool(pool)
    engine.lifecycle.endWith(Scope.close(workers, Exit.void), context)
    yield* Effect.addFinalizer(() => interruptEngine(engine))
    return { engine, executor: new ExecutorImpl<Executor.Failure | Crashed>(engine), workers: all }
  })

import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import type * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { InvalidOptionsError } from "../../Errors.ts"
import type { MapOptions } from "../../Executor.ts"
import { cancelAll } from "../future/cancel.ts"
import type { Engine } from "./Engine.ts"
import { CurrentTask, ownTask, suspend } from "../future/blocking.ts"
import { engineOf } from "./ExecutorImpl.ts"
import { forgetOrigin, noteOrigin, originOf, takeOrigin } from "../future/origins.ts"
import { toJoined } from "../future/exitOutcome.ts"
import { boolean, limitMillis, optionsOrNone, positiveInteger } from "../options.ts"
import { submit } from "./submit.ts"
import { checkEach, checkMaker, withSubmitted } from "./run.ts"
import { TaskFuture } from "./TaskFuture.ts"
import * as trampoline from "../trampoline.ts"

/** The fiber that runs the task for an item in the way that `each` says. */
class EachRun {
  readonly fiber: Fiber.Fiber<unknown, unknown>

  constructor(fiber: Fiber.Fiber<unknown, unknown>) {
    this.fiber = fiber
  }

  get exit(): Exit.Exit<unknown, unknown> | undefined {
    return this.fiber.pollUnsafe()
  }

  get isDone(): boolean {
    return this.exit !== undefined
  }

  observe(observer: () => void): void {
    this.fiber.addObserver(observer)
  }
}

/** The entry for an item: its task, or with `each` the fiber that runs the task. */
type Entry = TaskFuture<unknown, unknown> | EachRun
type Source = Pull.Pull<ReadonlyArray<unknown>, unknown>
type Result = readonly [unknown]

/** `Executor.map`. */
export const mapOn = (executor: unknown, items: unknown, f: unknown, options: unknown): Stream.Stream<never> =>
  Stream.suspend(() => {
    const { buffer, each, ordered = true, timeout } = optionsOrNone(options) as MapOptions<AnyEffect, AnyEffect>
    const engine = engineOf(executor)
    const make = checkMaker(f)
    if (each !== undefined) checkEach(each)
    const pump = {
      engine,
      toEffect: (item: unknown): AnyEffect => make(item),
      each,
      buffer: buffer === undefined ? engine.maxWorkers * 2 : positiveInteger("buffer", buffer),
      ordered,
      timeout
    }
    limitMillis("timeout", timeout)
    boolean("ordered", ordered)
    return Stream.transformPull(toStream(items), (source, scope) => start(pump, source, scope))
  }) as Stream.Stream<never>

type AnyEffect = Effect.Effect<unknown, unknown>

interface Pump {
  readonly engine: Engine
  readonly toEffect: (item: unknown) => AnyEffect
  readonly each: ((run: AnyEffect) => AnyEffect) | undefined
  readonly buffer: number
  readonly ordered: boolean
  readonly timeout: MapOptions["timeout"]
}

const toStream = (items: unknown): Stream.Stream<unknown, unknown> => {
  if (Stream.isStream(items)) return items as Stream.Stream<unknown, unknown>
  if ((typeof items === "object" || typeof items === "string") && items !== null && Symbol.iterator in Object(items)) {
    return oneByOne(items as Iterable<unknown>)
  }
  throw new InvalidOptionsError({ option: "items", value: items, expected: "an Iterable or a Stream" })
}

/** Takes an item on request, and closes the iterator when no more will be requested. */
const oneByOne = (items: Iterable<unknown>): Stream.Stream<unknown> =>
  Stream.unwrap(
    Effect.gen(function* () {
      let isDone = false
      const iterator = yield* Effect.acquireRelease(
        Effect.sync(() => items[Symbol.iterator]()),
        (iterator) => Effect.sync(() => (isDone ? undefined : iterator.return?.()))
      )
      return Stream.fromPull(
        Effect.succeed(
          Effect.suspend((): Pull.Pull<Result> => {
            // An iterator that throws has ended, as in a `for` loop.
            isDone = true
            const next = iterator.next()
            isDone = next.done === true
            return isDone ? Cause.done() : Effect.succeed([next.value])
          })
        )
      )
    })
  )

/** Submits the task for an item. Nothing can come between the submission and its place in `line`, so no interruption loses a task. */
const begin = ({ each, engine, timeout, toEffect }: Pump, item: unknown, added: (entry: Entry) => void) => {
  const effect = toEffect(item)
  if (each === undefined) {
    return Effect.uninterruptibleMask((restore) =>
      Effect.map(submit(engine, effect, { timeout }, "suspend", restore), added)
    )
  }
  const run = withSubmitted(engine, effect, { timeout }, (future) => future, "suspend")
  return Effect.withFiber((feeder) => {
    const origin = engine.events.isHeard ? takeOrigin(feeder) : undefined
    return Effect.uninterruptibleMask((restore) =>
      Effect.map(
        Effect.forkDetach(
          restore(
            Effect.withFiber((fiber) => {
              if (origin !== undefined) noteOrigin(fiber, origin)
              return each(run)
            })
          ),
          { startImmediately: true }
        ),
        (fiber) => added(new EachRun(fiber))
      )
    )
  })
}

/** Notes for observers which result the next task is made of. */
const handedOnTo = (fiber: Fiber.Fiber<unknown, unknown>, entry: Entry, engine: Engine): void => {
  const task = entry instanceof EachRun ? originOf(entry.fiber) : entry.id
  // With `each`, its fiber has joined the task already.
  if (!(entry instanceof EachRun)) engine.events.joined(entry, fiber.getRef(CurrentTask)?.run?.task)
  if (task !== undefined) noteOrigin(fiber, task)
}

const cancelEntries = (entries: Iterable<Entry>): Effect.Effect<void> => {
  const all = Array.from(entries)
  const fibers = all.filter((entry) => entry instanceof EachRun).map(({ fiber }) => fiber)
  return fibers.length > 0 ? Fiber.interruptAll(fibers) : cancelAll(all.filter((entry) => entry instanceof TaskFuture))
}

/**
 * Starts a fiber that takes items and submits them, as far ahead as the buffer allows, and makes a pull that waits for the results. When
 * the scope closes, the fiber stops, and then its tasks.
 */
const start = (pump: Pump, source: Source, scope: Scope.Scope): Effect.Effect<Pull.Pull<Result, unknown>> =>
  Effect.gen(function* () {
    // Entries whose results were not handed on, in the order of the items or of their ends.
    const line: Array<Entry> = []
    const open = new Set<Entry>()
    let taken = 0
    let sourceEnd: Cause.Cause<unknown> | undefined
    let wakeFeeder: (() => void) | undefined
    let wakePull: (() => void) | undefined

    const isReady = () => (line.length === 0 ? sourceEnd !== undefined && open.size === 0 : line[0]!.isDone)
    const added = (entry: Entry) => {
      open.add(entry)
      if (pump.ordered) line.push(entry)
      if (entry.isDone) ended(entry)
      // An early observer, so that a blocked task asks for its worker before that goes on to the task's own next item.
      else entry.observe(() => ended(entry), true)
    }
    const ended = (entry: Entry) => {
      open.delete(entry)
      if (!pump.ordered) line.push(entry)
      if (isReady()) wakePull?.()
    }

    const room = Effect.callback<void>((resume) => {
      if (taken < pump.buffer) return resume(Effect.void)
      wakeFeeder = () => resume(Effect.void)
      return Effect.sync(() => {
        wakeFeeder = undefined
      })
    })
    const feed = Effect.gen(function* () {
      while (true) {
        yield* room
        const items = yield* source
        // A result that several items share has no single origin.
        if (pump.engine.events.isHeard && items.length > 1) yield* forgetOrigin
        for (const item of items) {
          yield* room
          taken++
          yield* begin(pump, item, added)
        }
      }
    }).pipe(
      Effect.catchCause((cause) =>
        Effect.sync(() => {
          sourceEnd = cause
          if (isReady()) wakePull?.()
        })
      )
    )
    yield* Scope.addFinalizer(
      scope,
      Effect.suspend(() => cancelEntries(open))
    )
    yield* Effect.forkIn(feed, scope)

    const ready = Effect.withFiber((fiber) =>
      isReady()
        ? Effect.void
        : suspend<void>(ownTask(fiber, pump.engine), (resume, isBlocked) => {
            // The fiber may have given way since the last look, and a task may have ended.
            if (isReady()) resume(Effect.void)
            const wake = () => resume(Effect.void)
            wakePull = isBlocked ? wake : () => trampoline.run(wake)
            return () => {
              wakePull = undefined
            }
          })
    )
    let handedOn = 0
    return Effect.withFiber((fiber) => {
      // Asking for the next result means that the last one is done with.
      taken -= handedOn
      handedOn = 0
      wakeFeeder?.()
      return Effect.flatMap(ready, (): Exit.Exit<Result, unknown> => {
        const entry = line.shift()
        if (entry === undefined) return Exit.failCause(sourceEnd!)
        handedOn = 1
        if (pump.engine.events.isHeard) handedOnTo(fiber, entry, pump.engine)
        const exit = entry instanceof EachRun ? entry.exit! : toJoined(entry.exit!, entry.name)
        return Exit.map(exit, (value): Result => [value])
      })
    })
  })

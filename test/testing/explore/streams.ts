/** A stream's writer and its reader, in the moments in which two things happen to them at once; and what has to hold then. */
import { assert } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Stream } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { Demand } from "../../../src/internal/stream/Demand.ts"
import { StreamReader } from "../../../src/internal/stream/StreamReader.ts"
import { writeStream } from "../../../src/internal/stream/writeStream.ts"
import { Interleave } from "effect-futures/testing"
import { leftovers } from "../../support/engineState.ts"
import { outcomeOf } from "../../support/outcomeOf.ts"
import { markIf } from "./both.ts"

const upTo = (n: number) => Array.from({ length: n }, (_, i) => i + 1)

/** What one side has sent, until somebody brings it to the other. */
class Mailbox<A> {
  private readonly letters: Array<A> = []
  private readonly deliver: (letter: A) => void

  constructor(deliver: (letter: A) => void) {
    this.deliver = deliver
  }

  readonly send = (letter: A): void => void this.letters.push(letter)

  /** Brings what there is, one letter a step. */
  readonly bring = Effect.gen({ self: this }, function* () {
    while (this.letters.length > 0) {
      this.deliver(this.letters.shift()!)
      yield* Effect.yieldNow
    }
  })
}

/** A writer and a reader that have nothing in common but two mailboxes, which are emptied at any time. */
export const overMailboxes = (chunks: ReadonlyArray<ReadonlyArray<number>>, buffer: number) =>
  Effect.gen(function* () {
    const all = chunks.flat()
    const reader = new StreamReader(undefined, buffer)
    const demand = new Demand()
    let sent = 0
    let [writerWaits, readerWaits] = [0, 0]
    const elements = new Mailbox<ReadonlyArray<unknown>>((batch) => assert.isTrue(reader.receive(batch)))
    const asked = new Mailbox<number>((count) => demand.add(count))
    reader.connect(asked.send)
    asked.send(buffer)
    const read: Array<unknown> = []
    const writer = writeStream(
      Stream.fromIterable(chunks).pipe(Stream.flatMap((chunk) => Stream.fromIterable(chunk))),
      {
        room: Effect.suspend(() =>
          demand.isThere
            ? Effect.void
            : Effect.callback<void>((resume) => {
                writerWaits++
                const stop = demand.whenThere(() => resume(Effect.void))
                return Effect.sync(stop)
              })
        ),
        take: (most) => demand.take(most),
        write: (batch) => {
          sent += batch.length
          assert.isAtMost(sent - read.length, buffer, "more than there is room for")
          elements.send(batch)
        }
      }
    )
    const isOver = yield* Deferred.make<void>()
    const post = Effect.gen(function* () {
      while (!(yield* Deferred.isDone(isOver))) {
        yield* Effect.andThen(elements.bring, asked.bring)
        yield* Effect.yieldNow
      }
    })
    const reading = Effect.gen(function* () {
      while (read.length < all.length) {
        if (read.length === sent) readerWaits++
        for (const element of yield* reader.pull) read.push(element)
      }
      yield* Deferred.succeed(isOver, undefined)
    })
    const fibers = yield* Effect.forEach([reading, post], (each) => Effect.forkChild(each))
    const writing = yield* Effect.forkChild(writer)
    yield* Fiber.joinAll(fibers)
    yield* Fiber.interrupt(writing)
    assert.deepStrictEqual(read, all)
    yield* markIf(writerWaits > 0, "the writer waited")
    yield* markIf(readerWaits > 1, "the reader waited again")
  })

/** A stream of an executor, its reader, and what else happens to it at any time. */
const onExecutor = (
  count: number,
  buffer: number,
  event: (at: {
    readonly reader: Fiber.Fiber<unknown, unknown>
    readonly executor: FiberExecutor.FiberExecutor
  }) => Effect.Effect<unknown, unknown>
) =>
  Effect.gen(function* () {
    let finalized = 0
    let begun = 0
    const read: Array<number> = []
    let exit: Exit.Exit<void, unknown> | undefined
    let made: unknown
    const opened = Effect.acquireRelease(
      Effect.sync(() => begun++),
      () => Effect.sync(() => finalized++)
    )
    const stream = Stream.unwrap(Effect.as(opened, Stream.rechunk(Stream.fromIterable(upTo(count)), 1)))
    yield* Effect.scoped(
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const reading = Stream.runForEach(Executor.stream(executor, stream, { buffer }), (n) =>
          Effect.sync(() => read.push(n))
        )
        const reader = yield* Effect.forkChild(
          // Nothing of the task goes on when its reader has ended.
          Effect.onExit(reading, () => Effect.sync(() => assert.strictEqual(finalized, begun)))
        )
        yield* event({ reader, executor })
        exit = yield* Fiber.await(reader)
        yield* Executor.awaitIdle(executor)
        made = executor
      })
    )
    // A task that was cancelled before it began is forgotten at the turn in which it would have begun.
    yield* Effect.yieldNow
    assert.deepStrictEqual(leftovers(made), [])
    assert.deepStrictEqual(read, upTo(count).slice(0, read.length))
    assert.strictEqual(finalized, begun)
    yield* Interleave.reached(`${read.length} read, ${outcomeOf(exit!)}`)
    yield* markIf(begun === 0, "not begun")
    return { read, exit: exit! }
  })

export const toTheEnd = Effect.gen(function* () {
  const { exit, read } = yield* onExecutor(3, 1, () => Effect.void)
  assert.deepStrictEqual(read, [1, 2, 3])
  assert.isTrue(Exit.isSuccess(exit))
})

export const interruptedReader = onExecutor(2, 1, ({ reader }) => Effect.forkChild(Fiber.interrupt(reader)))

export const shutDown = Effect.gen(function* () {
  const { exit, read } = yield* onExecutor(2, 1, ({ executor }) =>
    Effect.forkChild(Executor.shutdown(executor, { mode: "interrupt" }))
  )
  if (Exit.isSuccess(exit)) return assert.deepStrictEqual(read, [1, 2])
  const error = yield* Effect.flip(exit)
  assert.strictEqual((error as { readonly _tag: string })._tag, "ExecutorShutdownError")
})

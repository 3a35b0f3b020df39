/**
 * A readers-writer lock that lets a writer in beside a reader.
 *
 * The lock counts the readers inside, and says whether a writer is. Who comes looks at what would keep it out, and then
 * writes down that it is inside: a reader looks for a writer, and a writer for anybody. Both are inside when
 *
 * 1. the reader sees no writer,
 * 2. the writer sees nobody, and goes in,
 * 3. the reader goes in.
 *
 * Two `Ref`s cannot be looked at and changed together. The corrected lock has its whole state in one, and `Ref.modify`
 * lets somebody in or turns them away in one step. Nobody waits here and nobody leaves: the race does not need it.
 */
import { Effect, Ref } from "effect"
import { expectEqual } from "./expect.ts"

interface Lock {
  /** Says whether the reader is inside now. */
  readonly tryRead: Effect.Effect<boolean>
  /** Says whether the writer is inside now. */
  readonly tryWrite: Effect.Effect<boolean>
}

const program = (makeLock: Effect.Effect<Lock>) =>
  Effect.gen(function* () {
    const { tryRead, tryWrite } = yield* makeLock
    const inside = yield* Effect.all([tryRead, tryWrite], { concurrency: "unbounded" })
    yield* expectEqual(inside.filter(Boolean).length, 1, "how many of a reader and a writer are inside")
  })

export const broken: Effect.Effect<void, unknown> = program(
  Effect.gen(function* () {
    const readers = yield* Ref.make(0)
    const isWriting = yield* Ref.make(false)
    return {
      tryRead: Effect.gen(function* () {
        if (yield* Ref.get(isWriting)) return false
        yield* Ref.update(readers, (count) => count + 1)
        return true
      }),
      tryWrite: Effect.gen(function* () {
        if ((yield* Ref.get(readers)) > 0) return false
        // This much is right: another writer is looked for in the step that goes in.
        return !(yield* Ref.getAndSet(isWriting, true))
      })
    }
  })
)

interface State {
  readonly readers: number
  readonly isWriting: boolean
}

export const fixed: Effect.Effect<void, unknown> = program(
  Effect.gen(function* () {
    const state = yield* Ref.make<State>({ readers: 0, isWriting: false })
    return {
      tryRead: Ref.modify(state, (now) =>
        now.isWriting ? [false, now] : [true, { ...now, readers: now.readers + 1 }]
      ),
      tryWrite: Ref.modify(state, (now) =>
        now.isWriting || now.readers > 0 ? [false, now] : [true, { ...now, isWriting: true }]
      )
    }
  })
)

import { Effect, Ref, Stream } from "effect"
import { Executor, FiberExecutor, Future, KitchenTimer } from "effect-futures"
import { Interleave } from "effect-futures/testing"

// The core runs in a page here, and its results are written into the page.

const onFibers = Effect.gen(function* () {
  const executor = yield* FiberExecutor.make({ maxWorkers: 2, name: "page" })
  const first = yield* executor.submit(Effect.as(Effect.sleep("5 millis"), "first"))
  const late = yield* executor.submit(Effect.never, { timeout: "20 millis" })
  const never = yield* executor.submit(Effect.never)
  const timeout = yield* Effect.flip(late)
  const cancelled = yield* Future.cancel(never)
  const pages = yield* Executor.map(executor, [1, 2, 3], (n) => Effect.succeed(n * n)).pipe(Stream.runCollect)
  return [yield* first, timeout._tag, cancelled, Array.from(pages), never.state]
})

const kitchenTimer = Effect.gen(function* () {
  const timer = yield* KitchenTimer.make()
  yield* Effect.callback<void>((resume) =>
    Effect.runSync(KitchenTimer.start(timer, "20 millis", () => resume(Effect.void)))
  )
  return yield* KitchenTimer.state(timer)
})

const counting = (increment: (count: Ref.Ref<number>) => Effect.Effect<void>) =>
  Effect.gen(function* () {
    const count = yield* Ref.make(0)
    yield* Effect.all([increment(count), increment(count)], { concurrency: "unbounded" })
    if ((yield* Ref.get(count)) !== 2) yield* Effect.fail("an update was lost")
  })

const interleaved = Effect.gen(function* () {
  const lossy = counting((count) => Effect.flatMap(Ref.get(count), (n) => Ref.set(count, n + 1)))
  const found = yield* Effect.flip(Interleave.check(lossy))
  const proof = yield* Interleave.check(counting((count) => Ref.update(count, (n) => n + 1)))
  return [found._tag, proof.complete]
})

const program = Effect.all([Effect.scoped(onFibers), Effect.scoped(kitchenTimer), interleaved])

// The types of this project are those of Node.js, which has no page.
declare const document: { title: string }

Effect.runPromise(program).then(
  (found) => (document.title = JSON.stringify(found)),
  (error: unknown) => (document.title = String(error))
)

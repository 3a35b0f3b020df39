import { assert, describe, it } from "@effect/vitest"
import { Context, Deferred, Effect, Exit, Fiber, References, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { localGate } from "./behaviour/Gate.ts"
import { letOthersRun, pass, statesOf } from "./behaviour/support.ts"
import { Tasks } from "./behaviour/tasks.ts"

class Greeting extends Context.Service<Greeting, string>()("test/Greeting") {}

const Color = Context.Reference<string>("test/Color", { defaultValue: () => "grey" })

describe("FiberExecutor", () => {
  describe("submit", () => {
    it.effect("has the task running right after it when a worker is free, and pending otherwise", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        const futures = yield* Effect.forEach([1, 2, 3], () => executor.submit(Effect.never))
        assert.deepStrictEqual(statesOf(futures), ["running", "running", "pending"])
        yield* Future.cancel(futures[0]!)
        assert.deepStrictEqual(statesOf(futures), ["cancelled", "running", "running"])
        yield* Future.cancel(futures[1]!)
        assert.strictEqual((yield* executor.submit(Effect.never)).state, "running")
      })
    )

    it.effect("does not begin the task's code: who submits has the future first", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 2 })
        let seen: Future.State | undefined
        const future: Future.Future<void, unknown> = yield* executor.submit(
          Effect.sync(() => {
            seen = future.state
          })
        )
        assert.isUndefined(seen)
        yield* future
        assert.strictEqual(seen, "running")
      })
    )

    it.effect("begins the tasks when who submitted them waits, in the order of their submission", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 3 })
        const order: Array<number> = []
        const futures = yield* Effect.forEach([1, 2, 3, 4, 5], (n) => executor.submit(Effect.sync(() => order.push(n))))
        assert.deepStrictEqual(order, [])
        yield* futures[4]!
        assert.deepStrictEqual(order, [1, 2, 3, 4, 5])
      })
    )

    it.effect("begins a task also when nobody waits for it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const ran = yield* Deferred.make<string>()
        yield* executor.submit(Deferred.succeed(ran, "yes"))
        assert.strictEqual(yield* Deferred.await(ran), "yes")
      })
    )

    it.effect("never runs a task that is cancelled before its code has begun", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        let ran = false
        const future = yield* executor.submit(
          Effect.sync(() => {
            ran = true
          })
        )
        assert.strictEqual(future.state, "running")
        yield* Future.cancel(future)
        yield* letOthersRun
        assert.isFalse(ran)
        assert.strictEqual(future.state, "cancelled")
      })
    )

    it.effect("names the future of a plain effect after its number", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.void)
        assert.include(future.name, String(future.id))
        assert.strictEqual((yield* executor.submit(Tasks.add(1, 2))).name, "add")
      })
    )

    it.effect("gives a task to the executor that outlives the fiber which submitted it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const door = yield* localGate
        const submitter = yield* Effect.forkChild(executor.submit(pass(door, "survivor")))
        const future = yield* Fiber.join(submitter)
        yield* letOthersRun
        assert.strictEqual(future.state, "running")
        yield* door.open
        assert.strictEqual(yield* future, "survivor")
      })
    )

    it.effect("makes a task that can be cancelled, also from a region that cannot be interrupted", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* Effect.uninterruptible(executor.submit(Effect.never))
        yield* letOthersRun
        assert.isTrue(yield* Future.cancel(future))
      })
    )

    it.effect("keeps the very error, value and defect of the task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const thing = { thing: true }
        assert.strictEqual(yield* Executor.run(executor, Effect.succeed(thing)), thing)
        assert.strictEqual(yield* Effect.flip(Executor.run(executor, Effect.fail(thing))), thing)
        const future = yield* executor.submit(Effect.die(thing))
        assert.deepStrictEqual(yield* Future.await(future), Exit.die(thing))
      })
    )
  })

  describe("the context of a task", () => {
    it.effect("has the services of who submits it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make().pipe(Effect.provideService(Greeting, "of the maker"))
        const greet = Effect.service(Greeting)
        const future = yield* executor.submit(greet).pipe(Effect.provideService(Greeting, "hello"))
        assert.strictEqual(yield* future, "hello")
        const ran = Executor.run(executor, greet).pipe(Effect.provideService(Greeting, "hi"))
        assert.strictEqual(yield* ran, "hi")
      })
    )

    it.effect("has the references of who submits it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make().pipe(Effect.provideService(Color, "of the maker"))
        assert.strictEqual(yield* Executor.run(executor, Effect.service(Color)), "grey")
        const red = Executor.run(executor, Effect.service(Color)).pipe(Effect.provideService(Color, "red"))
        assert.strictEqual(yield* red, "red")
      })
    )

    it.effect("has the log annotations of who submits it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const annotations = yield* Executor.run(executor, Effect.service(References.CurrentLogAnnotations)).pipe(
          Effect.annotateLogs("request", 7)
        )
        assert.deepStrictEqual(annotations, { request: 7 })
      })
    )

    it.effect("has the span of who submits it as its parent", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const [outer, parent] = yield* Effect.gen(function* () {
          const outer = yield* Effect.currentSpan
          const inner = yield* Executor.run(executor, Effect.withSpan(Effect.currentSpan, "inner"))
          return [outer, inner.parent] as const
        }).pipe(Effect.withSpan("outer"))
        assert.strictEqual(parent._tag === "Some" && parent.value.spanId, outer.spanId)
      })
    )

    it.effect("is kept while the task waits in the queue", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const door = yield* localGate
        yield* executor.submit(pass(door, "first"))
        const future = yield* executor.submit(Effect.service(Color)).pipe(Effect.provideService(Color, "blue"))
        assert.strictEqual(future.state, "pending")
        yield* door.open
        assert.strictEqual(yield* future, "blue")
      })
    )
  })

  describe("the scope of a task", () => {
    const acquired = (log: Array<string>, name: string) =>
      Effect.acquireRelease(
        Effect.sync(() => log.push(`${name} acquired`)),
        (_, exit) => Effect.sync(() => log.push(`${name} released: ${exit._tag}`))
      )

    it.effect("is closed when the task ends, in whatever way, before its future is done", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const states: Array<Future.State> = []
        const endings = [Effect.succeed(1), Effect.fail("no"), Effect.die("no"), Effect.interrupt]
        for (const ending of endings) {
          const future: Future.Future<number, unknown> = yield* executor.submit(
            Effect.andThen(
              Effect.addFinalizer(() =>
                Effect.andThen(
                  letOthersRun,
                  Effect.sync(() => states.push(future.state))
                )
              ),
              ending
            )
          )
          yield* Future.await(future)
        }
        assert.deepStrictEqual(states, ["running", "running", "running", "running"])
      })
    )

    it.effect("is the task's own: neither its submitter's nor that of another task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const outer = yield* Effect.scope
        const [one, other] = [yield* Executor.run(executor, Effect.scope), yield* Executor.run(executor, Effect.scope)]
        assert.strictEqual(new Set([outer, one, other]).size, 3)
      })
    )

    it.effect("is closed also when nothing was added to it: what is added later is released at once", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const scope = yield* Executor.run(executor, Effect.scope)
        const log: Array<string> = []
        yield* Scope.provide(acquired(log, "late"), scope)
        assert.deepStrictEqual(log, ["late acquired", "late released: Success"])
      })
    )

    it.effect("gets the exit of the task, and releases in reverse order", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const log: Array<string> = []
        const both = Effect.andThen(acquired(log, "a"), acquired(log, "b"))
        yield* Executor.run(executor, both)
        assert.deepStrictEqual(log.splice(0), [
          "a acquired",
          "b acquired",
          "b released: Success",
          "a released: Success"
        ])
        yield* Effect.exit(Executor.run(executor, Effect.andThen(both, Effect.fail("no"))))
        assert.deepStrictEqual(log, ["a acquired", "b acquired", "b released: Failure", "a released: Failure"])
      })
    )

    it.effect("is closed before the worker goes to the next task", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
        const log: Array<string> = []
        const slowly = Effect.addFinalizer(() =>
          Effect.andThen(
            letOthersRun,
            Effect.sync(() => log.push("released"))
          )
        )
        yield* executor.submit(slowly)
        yield* Executor.run(
          executor,
          Effect.sync(() => log.push("next"))
        )
        assert.deepStrictEqual(log, ["released", "next"])
      })
    )

    it.effect("interrupts what the task forked into it", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const fiber = yield* Executor.run(executor, Effect.forkScoped(Effect.never))
        assert.isTrue(Exit.hasInterrupts((yield* Fiber.await(fiber)) as Exit.Exit<unknown>))
      })
    )

    it.effect("fails the future with a defect of a finalizer", () =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const future = yield* executor.submit(Effect.addFinalizer(() => Effect.die("in the finalizer")))
        assert.deepStrictEqual(yield* Future.await(future), Exit.die("in the finalizer"))
      })
    )
  })
})

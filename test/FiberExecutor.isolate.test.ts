import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Context, Option, Schema, Stream } from "effect"
import { Executor, FiberExecutor, Future, InvalidOptionsError, Task, TaskEncodingError } from "effect-futures"

class Point extends Schema.Class<Point>("Point")({ x: Schema.Number }) {}

class User {
  readonly name = "Ada"
  get shout() {
    return this.name.toUpperCase()
  }
}

class Suffix extends Context.Service<Suffix, string>()("Suffix") {}

const seen: Array<unknown> = []

const Tasks = Task.module(
  import.meta.url,
  {
    push: (list: Array<number>) => {
      list.push(9)
      seen.push(list)
      return list
    },
    echo: (value: unknown) => value,
    moved: (bytes: Uint8Array<ArrayBuffer>) => bytes.byteLength,
    flip: Task.fn({ args: [Point], success: Point }, (point) => new Point({ x: -point.x })),
    lists: (list: Array<number>) =>
      Stream.map(Stream.range(1, 3), (n) => {
        list.push(n)
        seen.push(list)
        return list
      }),
    points: Task.fn({ args: [Point], success: Point }, (point) => Stream.make(point, new Point({ x: -point.x }))),
    odd: (): Stream.Stream<object> => Stream.make({ a: 1 }, { a: () => 2 }),
    report: (list: Array<number>) => {
      Task.report(list)
      seen.push(list)
    },
    suffixed: (text: string) => Effect.map(Suffix, (suffix) => text + suffix)
  },
  { layer: Layer.succeed(Suffix, "!") }
)

const Plain = Task.module(
  import.meta.url,
  { describe: (user: User) => [user.name, user.shout] },
  { instances: "plain" }
)

const isolating = FiberExecutor.make({ isolate: true })

describe("a fiber executor that isolates tasks", () => {
  it.effect("gives them copies, and gives a copy of what they return", () =>
    Effect.gen(function* () {
      const list = [1, 2]
      const result = yield* Executor.run(yield* isolating, Tasks.push(list))
      assert.deepStrictEqual(list, [1, 2])
      assert.deepStrictEqual(result, [1, 2, 9])
      assert.notStrictEqual(result, seen.pop())
    })
  )

  it.effect("leaves effects that are no tasks as they are", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      const user = new User()
      assert.strictEqual(yield* Executor.run(executor, Effect.succeed(user)), user)
      assert.strictEqual(
        yield* Executor.run(
          executor,
          Effect.map(Tasks.echo(user), (value) => value)
        ),
        user
      )
    })
  )

  it.effect("does nothing of that if it is not asked to", () =>
    Effect.gen(function* () {
      const user = new User()
      assert.strictEqual(yield* Executor.run(yield* FiberExecutor.make(), Tasks.echo(user)), user)
    })
  )

  it.effect("uses the Schemas of a function, and its layer", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      const point = new Point({ x: 1 })
      const flipped = yield* Executor.run(executor, Tasks.flip(point))
      assert.instanceOf(flipped, Point)
      assert.strictEqual(flipped.x, -1)
      assert.strictEqual(yield* Executor.run(executor, Tasks.suffixed("a")), "a!")
    })
  )

  it.effect("moves what is marked to be moved", () =>
    Effect.gen(function* () {
      const bytes = new Uint8Array(3)
      const task = Tasks.moved(Task.transfer(bytes, [bytes.buffer]))
      const executor = yield* isolating
      assert.strictEqual(yield* Executor.run(executor, task), 3)
      assert.strictEqual(bytes.byteLength, 0)
      assert.match(String(yield* Effect.flip(Executor.run(executor, task))), /its buffer was moved/)
    })
  )

  it.effect("fails with the error of a worker, in the type too", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      const task = Tasks.echo({ user: new User(), some: Option.some(1) })
      const caught = yield* Executor.run(executor, task).pipe(
        Effect.catchTag("TaskEncodingError", (error) => Effect.succeed(error))
      )
      assert.instanceOf(caught, TaskEncodingError)
      assert.strictEqual(caught.path, "argument 1.user")
    })
  )

  it.effect("lets instances cross as plain data where the module says so", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* Executor.run(yield* isolating, Plain.describe(new User())), ["Ada", undefined])
    })
  )

  it.effect("is asked for with true or false", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(FiberExecutor.make({ isolate: "yes" as never }))
      assert.match(String(exit), /isolate/)
      assert.throws(
        () => Task.module(import.meta.url, { a: () => 1 }, { instances: "all" as never }),
        InvalidOptionsError
      )
    })
  )

  it.effect("copies the elements of a stream, and decodes them", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      seen.length = 0
      const given = [0]
      const lists = yield* Stream.runCollect(Executor.stream(executor, Tasks.lists(given), { buffer: 1 }))
      assert.deepStrictEqual(given, [0])
      for (const list of lists) assert.notStrictEqual(list, seen[0])
      const point = new Point({ x: 1 })
      const points = yield* Stream.runCollect(Executor.stream(executor, Tasks.points(point)))
      assert.deepStrictEqual(points, [point, new Point({ x: -1 })])
      assert.notStrictEqual(points[0], point)
    })
  )

  it.effect("refuses an element that cannot cross, after those before it", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      const read: Array<object> = []
      const stream = Executor.stream(executor, Tasks.odd())
      const error = yield* Effect.flip(Stream.runForEach(stream, (element) => Effect.sync(() => read.push(element))))
      assert.deepStrictEqual(read, [{ a: 1 }])
      assert.instanceOf(error, TaskEncodingError)
      assert.strictEqual(error.path, "element 2.a")
    })
  )

  it.effect("copies what a task reports", () =>
    Effect.gen(function* () {
      const executor = yield* isolating
      seen.length = 0
      const future = yield* executor.submit(Tasks.report([1]))
      yield* future
      const [report] = yield* Stream.runCollect(Future.reports(future))
      assert.deepStrictEqual(report, [1])
      assert.notStrictEqual(report, seen[0])
    })
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Deferred, Effect, Equal, Exit, Fiber, Layer, Schema, Scope } from "effect"
import * as assertions from "node:assert"
import { inspect } from "node:util"
import type { InvalidOptionsError } from "../src/Errors.ts"
import { callOf } from "../src/internal/task/callOf.ts"
import { functionOf } from "../src/internal/task/TaskImpl.ts"
import { findTaskFunction, taskModuleOf } from "../src/internal/task/taskModule.ts"
import * as Task from "../src/Task.ts"
import { defectOf } from "./support/defectOf.ts"

class NotANumber extends Data.TaggedError("NotANumber")<{ readonly text: string }> {}

const parse = (text: string) =>
  Number.isNaN(Number(text)) ? Effect.fail(new NotANumber({ text })) : Effect.succeed(Number(text))

const Numbers = Task.module(import.meta.url, {
  double: (n: number) => n * 2,
  later: async (n: number) => n + 1,
  parse
})

const thrownBy = (f: () => unknown): InvalidOptionsError => {
  try {
    f()
  } catch (error) {
    return error as InvalidOptionsError
  }
  throw new Error("nothing was thrown")
}

describe("Task", () => {
  describe("run where it is", () => {
    it.effect("a plain function gives its value", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* Numbers.double(21), 42)
      })
    )

    it.effect("an async function gives what it resolves to", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* Numbers.later(41), 42)
      })
    )

    it.effect("a function that returns an effect gives what that succeeds with", () =>
      Effect.gen(function* () {
        assert.strictEqual(yield* Numbers.parse("42"), 42)
      })
    )

    it.effect("a function that returns a task gives what that succeeds with", () =>
      Effect.gen(function* () {
        const { twice } = Task.module(import.meta.url, {
          twice: (n: number) => Numbers.double(n)
        })
        assert.strictEqual(yield* twice(21), 42)
      })
    )

    it.effect("any thenable is awaited", () =>
      Effect.gen(function* () {
        const thenable = Promise.resolve(42)
        const { answer } = Task.module(import.meta.url, {
          // oxlint-disable-next-line unicorn/no-thenable -- the point of the test
          answer: (): PromiseLike<number> => ({ then: thenable.then.bind(thenable) })
        })
        assert.strictEqual(yield* answer(), 42)
      })
    )

    it.effect("whatever a function returns this time is treated as what it is", () =>
      Effect.gen(function* () {
        const { pick } = Task.module(import.meta.url, {
          pick: (how: string) =>
            how === "effect" ? Effect.succeed("effect") : how === "promise" ? Promise.resolve("promise") : "value"
        })
        assert.deepStrictEqual(yield* Effect.forEach(["effect", "promise", "value"], pick), [
          "effect",
          "promise",
          "value"
        ])
      })
    )

    it("a plain function needs no event loop", () => {
      assert.strictEqual(Effect.runSync(Numbers.double(21)), 42)
    })

    it.effect("the function gets the very arguments of the task", () =>
      Effect.gen(function* () {
        const { same } = Task.module(import.meta.url, {
          same: (...args: ReadonlyArray<unknown>) => args
        })
        const bytes = new Uint8Array(4)
        const callback = () => 1
        const [first, second, third] = yield* same(bytes, callback, undefined)
        assert.strictEqual(first, bytes)
        assert.strictEqual(second, callback)
        assert.strictEqual(third, undefined)
      })
    )

    it.effect("nothing is called before the task runs, and each run calls again", () =>
      Effect.gen(function* () {
        let calls = 0
        const { count } = Task.module(import.meta.url, { count: () => ++calls })
        const task = count()
        assert.strictEqual(calls, 0)
        assert.strictEqual(yield* task, 1)
        assert.strictEqual(yield* task, 2)
      })
    )

    it.effect("a method has the record of functions as its this", () =>
      Effect.gen(function* () {
        const { area } = Task.module(import.meta.url, {
          square(n: number) {
            return n * n
          },
          area(n: number) {
            return this.square(n) * 3
          }
        })
        assert.strictEqual(yield* area(2), 12)
      })
    )

    it.effect("a typed error is caught by its tag", () =>
      Effect.gen(function* () {
        const caught = Numbers.parse("forty").pipe(Effect.catchTag("NotANumber", (error) => Effect.succeed(error.text)))
        assert.strictEqual(yield* caught, "forty")
      })
    )

    it.effect("a throw is a defect with the error that was thrown", () =>
      Effect.gen(function* () {
        const error = new NotANumber({ text: "forty" })
        const { boom } = Task.module(import.meta.url, {
          boom: () => {
            throw error
          }
        })
        assert.strictEqual(yield* defectOf(boom()), error)
      })
    )

    it.effect("a rejection is a defect with the error that it was rejected with", () =>
      Effect.gen(function* () {
        const error = new NotANumber({ text: "forty" })
        const { boom } = Task.module(import.meta.url, { boom: () => Promise.reject(error) })
        assert.strictEqual(yield* defectOf(boom()), error)
      })
    )

    it.effect("interrupting it interrupts the effect, and waits for its finalizers", () =>
      Effect.gen(function* () {
        const events: Array<string> = []
        const { wait } = Task.module(import.meta.url, {
          wait: () =>
            Effect.never.pipe(
              Effect.onInterrupt(() =>
                Effect.andThen(
                  Effect.yieldNow,
                  Effect.sync(() => events.push("cleaned up"))
                )
              )
            )
        })
        const fiber = yield* Effect.forkChild(wait(), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(events, ["cleaned up"])
      })
    )

    it.effect("interrupting it abandons a promise", () =>
      Effect.gen(function* () {
        const { wait } = Task.module(import.meta.url, { wait: () => new Promise<never>(() => {}) })
        const fiber = yield* Effect.forkChild(wait(), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      })
    )

    it.effect("the function has the services of whoever runs the task", () =>
      Effect.gen(function* () {
        class Unit extends Context.Service<Unit, string>()("Unit") {}
        const { measure } = Task.module(import.meta.url, {
          measure: (n: number) => Effect.map(Unit, (unit) => `${n} ${unit}`)
        })
        assert.strictEqual(yield* Effect.provideService(measure(3), Unit, "m"), "3 m")
      })
    )
  })

  describe("as a value", () => {
    it("knows the URL, the name and the arguments", () => {
      const task = Numbers.double(21)
      assert.strictEqual(task.url, import.meta.url)
      assert.strictEqual(task.name, "double")
      assert.deepStrictEqual(task.args, [21])
    })

    it("shows nothing else to whoever looks at its keys", () => {
      assert.deepStrictEqual(Object.keys(Numbers.double(21)), ["url", "name", "args"])
    })

    it("isTask is true of tasks and of nothing else", () => {
      assert.isTrue(Task.isTask(Numbers.double(21)))
      for (const other of [Effect.void, Effect.asVoid(Numbers.double(21)), Numbers, Numbers.double, {}, null, "task"]) {
        assert.isFalse(Task.isTask(other))
      }
    })

    it("shows its name and the number of its arguments when inspected", () => {
      const { join } = Task.module(import.meta.url, { join: (...words: ReadonlyArray<string>) => words.join(" ") })
      assert.strictEqual(inspect(join("a", "b")), `Task("join", 2 args)`)
      assert.strictEqual(inspect({ task: join("a") }), `{ task: Task("join", 1 arg) }`)
      assert.strictEqual(String(join()), `Task("join", 0 args)`)
      assert.strictEqual(JSON.stringify([join("a", "b")]), `["Task(\\"join\\", 2 args)"]`)
    })

    it("is equal to a task of the same function and equal arguments", () => {
      const other = Task.module(import.meta.url, { double: (n: number) => n + n })
      assert.isTrue(Equal.equals(Numbers.double(21), Numbers.double(21)))
      assert.isFalse(Equal.equals(Numbers.double(21), Numbers.double(22)))
      assert.isFalse(Equal.equals(Numbers.double(21), Numbers.later(21)))
      assert.isFalse(Equal.equals(Numbers.double(21), other.double(21)))
    })

    it("takes less than 200 bytes", () => {
      const used = () => {
        globalThis.gc!()
        return process.memoryUsage().heapUsed
      }
      const count = 200_000
      const tasks: Array<unknown> = new Array(count).fill(undefined)
      const before = used()
      for (let i = 0; i < count; i++) tasks[i] = Numbers.double(i)
      const each = (used() - before) / count
      assert.strictEqual(tasks.length, count)
      assert.isBelow(each, 200)
    })
  })

  describe("module", () => {
    it("has the keys of the record, and no others to be seen", () => {
      assert.deepStrictEqual(Object.keys(Numbers), ["double", "later", "parse"])
    })

    it.effect("takes names that objects have anyway", () =>
      Effect.gen(function* () {
        const odd = Task.module(import.meta.url, {
          ["__proto__"]: () => 1,
          toString: () => 2,
          constructor: () => 3,
          hasOwnProperty: () => 4
        })
        assert.deepStrictEqual(Object.keys(odd), ["__proto__", "toString", "constructor", "hasOwnProperty"])
        assert.strictEqual(Object.getPrototypeOf(odd), Object.prototype)
        assert.strictEqual(yield* odd["__proto__"](), 1)
        assert.strictEqual(yield* odd.toString(), 2)
        assert.strictEqual(yield* odd.constructor(), 3)
        assert.strictEqual(yield* odd.hasOwnProperty(), 4)
        for (const name of Object.keys(odd)) {
          assert.strictEqual(findTaskFunction({ odd }, import.meta.url, name).name, name)
        }
      })
    )

    it("takes the namespace object of a file", async () => {
      const namespace: Record<string, () => number> = await import(
        String("data:text/javascript,export const one = () => 1")
      )
      assert.strictEqual(Effect.runSync(Task.module(import.meta.url, namespace).one!()), 1)
    })

    it("refuses what is no absolute URL", () => {
      for (const url of ["./images.ts", "", undefined, new URL(import.meta.url)]) {
        const error = thrownBy(() => Task.module(url as string, { one: () => 1 }))
        assert.strictEqual(error._tag, "InvalidOptionsError")
        assert.strictEqual(error.option, "url")
        assert.strictEqual(error.value, url)
        assert.include(error.message, "import.meta.url")
      }
    })

    it("takes the URL of anything that can be imported", () => {
      for (const url of ["file:///tmp/a.ts", "data:text/javascript,1", "https://example.org/a.js", "node:fs"]) {
        assert.strictEqual(Task.module(url, { one: () => 1 }).one().url, url)
      }
    })

    it("refuses what is no plain object with functions", () => {
      class Service {
        load() {}
      }
      for (const fns of [{}, null, undefined, "load", [() => 1], () => 1, new Service()]) {
        const error = thrownBy(() => Task.module(import.meta.url, fns as Record<string, () => number>))
        assert.strictEqual(error._tag, "InvalidOptionsError")
        assert.strictEqual(error.option, "fns")
      }
    })

    it("refuses a member that is no function, by its name", () => {
      const fns: Record<string, unknown> = { one: () => 1, two: 2 }
      const error = thrownBy(() => Task.module(import.meta.url, fns as Record<string, () => number>))
      assert.strictEqual(error.message, `Invalid option fns["two"]: got 2, expected a function.`)
    })

    it("refuses the name then, and symbols", () => {
      // oxlint-disable-next-line unicorn/no-thenable -- the point of the test
      const byThen = { then: () => 1 }
      assert.include(thrownBy(() => Task.module(import.meta.url, byThen)).message, "promise")
      const bySymbol = { one: () => 1, [Symbol("two")]: () => 2 }
      assert.include(thrownBy(() => Task.module(import.meta.url, bySymbol)).message, "Symbol(two)")
    })

    it("refuses a layer that is none", () => {
      const layer = "layer" as unknown as Layer.Layer<never>
      assert.strictEqual(thrownBy(() => Task.module(import.meta.url, { one: () => 1 }, { layer })).option, "layer")
    })
  })

  describe("layer", () => {
    class Connection extends Context.Service<Connection, number>()("Connection") {}
    class Refused extends Data.TaggedError("Refused")<{}> {}

    /** A module whose layer reports what happens to it, and connects when `open` succeeds. */
    const setup = (
      open: Effect.Effect<unknown, Refused> = Effect.void,
      close: Effect.Effect<unknown> = Effect.void
    ) => {
      const events: Array<string> = []
      let connections = 0
      const log = (event: string) => Effect.sync(() => events.push(event))
      const layer = Layer.effect(
        Connection,
        Effect.gen(function* () {
          const id = ++connections
          yield* log(`opening ${id}`)
          yield* Effect.addFinalizer(() =>
            log(`closing ${id}`).pipe(Effect.andThen(close), Effect.andThen(log(`closed ${id}`)))
          )
          yield* open
          yield* log(`opened ${id}`)
          return id
        })
      )
      const tasks = Task.module(
        import.meta.url,
        {
          id: () => Effect.map(Connection, (id) => id),
          when: (gate: Deferred.Deferred<void>) => Effect.andThen(Deferred.await(gate), Connection),
          plain: () => "plain"
        },
        { layer }
      )
      return { events, layer, tasks }
    }

    it.effect("provides the services that the functions need", () =>
      Effect.gen(function* () {
        const { tasks } = setup()
        assert.strictEqual(yield* tasks.id(), 1)
      })
    )

    it("needs no event loop if the layer needs none", () => {
      assert.strictEqual(Effect.runSync(setup().tasks.id()), 1)
    })

    it.effect("is built once for tasks that run at the same time", () =>
      Effect.gen(function* () {
        const { events, tasks } = setup(Effect.yieldNow)
        const ids = yield* Effect.all([tasks.id(), tasks.id(), tasks.id()], { concurrency: "unbounded" })
        assert.deepStrictEqual(ids, [1, 1, 1])
        assert.deepStrictEqual(events, ["opening 1", "opened 1", "closing 1", "closed 1"])
      })
    )

    it.effect("is shared with a task that runs within another", () =>
      Effect.gen(function* () {
        const { tasks } = setup()
        const outer = Task.module(import.meta.url, {
          both: (gate: Deferred.Deferred<void>) => Effect.all([tasks.when(gate), tasks.id()], { concurrency: 2 })
        })
        const gate = yield* Deferred.make<void>()
        const fiber = yield* Effect.forkChild(outer.both(gate), { startImmediately: true })
        yield* Deferred.succeed(gate, undefined)
        assert.deepStrictEqual(yield* Fiber.join(fiber), [1, 1])
      })
    )

    it.effect("is released when the last of them ends, and not before", () =>
      Effect.gen(function* () {
        const { events, tasks } = setup()
        const gates = [yield* Deferred.make<void>(), yield* Deferred.make<void>()] as const
        const first = yield* Effect.forkChild(tasks.when(gates[0]), { startImmediately: true })
        const second = yield* Effect.forkChild(tasks.when(gates[1]), { startImmediately: true })
        yield* Deferred.succeed(gates[0], undefined)
        yield* Fiber.join(first)
        assert.deepStrictEqual(events, ["opening 1", "opened 1"])
        yield* Deferred.succeed(gates[1], undefined)
        yield* Fiber.join(second)
        assert.deepStrictEqual(events, ["opening 1", "opened 1", "closing 1", "closed 1"])
      })
    )

    it.effect("is built again for the next task after that", () =>
      Effect.gen(function* () {
        const { tasks } = setup()
        assert.strictEqual(yield* tasks.id(), 1)
        assert.strictEqual(yield* tasks.id(), 2)
      })
    )

    it.effect("is not built again before the release has ended", () =>
      Effect.gen(function* () {
        const mayClose = yield* Deferred.make<void>()
        const { events, tasks } = setup(Effect.void, Deferred.await(mayClose))
        const first = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        const second = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        yield* Effect.yieldNow
        assert.deepStrictEqual(events, ["opening 1", "opened 1", "closing 1"])
        yield* Deferred.succeed(mayClose, undefined)
        assert.strictEqual(yield* Fiber.join(first), 1)
        assert.strictEqual(yield* Fiber.join(second), 2)
        assert.deepStrictEqual(events.slice(3, 5), ["closed 1", "opening 2"])
      })
    )

    it.effect("is released when its task fails", () =>
      Effect.gen(function* () {
        const { events, layer } = setup()
        const { fail } = Task.module(import.meta.url, { fail: () => Effect.fail("no") }, { layer })
        assert.strictEqual(yield* Effect.flip(fail()), "no")
        assert.strictEqual(events.at(-1), "closed 1")
      })
    )

    it.effect("that cannot be built fails the tasks that wait for it, and the next task tries again", () =>
      Effect.gen(function* () {
        let attempts = 0
        const open = Effect.suspend(() =>
          Effect.andThen(Effect.yieldNow, ++attempts === 1 ? new Refused() : Effect.void)
        )
        const { events, tasks } = setup(open)
        const errors = yield* Effect.all([Effect.flip(tasks.id()), Effect.flip(tasks.plain())], { concurrency: 2 })
        assert.deepStrictEqual(
          errors.map((error) => error._tag),
          ["Refused", "Refused"]
        )
        assert.deepStrictEqual(events, ["opening 1", "closing 1", "closed 1"])
        assert.strictEqual(yield* tasks.id(), 2)
      })
    )

    it.effect("goes on being built when the task that came first is interrupted", () =>
      Effect.gen(function* () {
        const mayOpen = yield* Deferred.make<void>()
        const { events, tasks } = setup(Deferred.await(mayOpen))
        const first = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        const second = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        yield* Fiber.interrupt(first)
        assert.deepStrictEqual(events, ["opening 1"])
        yield* Deferred.succeed(mayOpen, undefined)
        assert.strictEqual(yield* Fiber.join(second), 1)
      })
    )

    it.effect("is no longer built when all that wait for it are interrupted", () =>
      Effect.gen(function* () {
        const { events, tasks } = setup(Effect.never)
        const first = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        const second = yield* Effect.forkChild(tasks.id(), { startImmediately: true })
        yield* Fiber.interrupt(first)
        yield* Fiber.interrupt(second)
        assert.deepStrictEqual(events, ["opening 1", "closing 1", "closed 1"])
      })
    )

    it.effect("is released when the last task is interrupted", () =>
      Effect.gen(function* () {
        const { events, tasks } = setup()
        const fiber = yield* Effect.forkChild(tasks.when(yield* Deferred.make<void>()), { startImmediately: true })
        yield* Fiber.interrupt(fiber)
        assert.deepStrictEqual(events, ["opening 1", "opened 1", "closing 1", "closed 1"])
      })
    )

    it.effect("whose release dies makes the last task die, and is built again for the next", () =>
      Effect.gen(function* () {
        let attempts = 0
        const { tasks } = setup(
          Effect.void,
          Effect.suspend(() => (++attempts === 1 ? Effect.die("stuck") : Effect.void))
        )
        assert.strictEqual(yield* defectOf(tasks.id()), "stuck")
        assert.strictEqual(yield* tasks.id(), 2)
      })
    )

    it.effect("gets what it needs from the task that it is built for", () =>
      Effect.gen(function* () {
        class Port extends Context.Service<Port, number>()("Port") {}
        const { id } = Task.module(
          import.meta.url,
          { id: () => Effect.map(Connection, (id) => id) },
          { layer: Layer.effect(Connection, Port) }
        )
        assert.strictEqual(yield* Effect.provideService(id(), Port, 80), 80)
        assert.strictEqual(yield* Effect.provideService(id(), Port, 443), 443)
      })
    )

    it.effect("leaves the scope of a task to whoever runs it", () =>
      Effect.gen(function* () {
        const { events, layer } = setup()
        const { open } = Task.module(
          import.meta.url,
          { open: () => Effect.addFinalizer(() => Effect.sync(() => events.push("scope closed"))) },
          { layer }
        )
        const scope = yield* Scope.make()
        yield* Scope.provide(open(), scope)
        assert.notInclude(events, "scope closed")
        yield* Scope.close(scope, Exit.void)
        assert.include(events, "scope closed")
      })
    )

    it.effect("hides services of the same kind that whoever runs the task has", () =>
      Effect.gen(function* () {
        const { tasks } = setup()
        assert.strictEqual(yield* Effect.provideService(tasks.id(), Connection, 99), 1)
      })
    )
  })

  describe("fn", () => {
    class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {}

    it.effect("runs the function with the very arguments, and without checking them", () =>
      Effect.gen(function* () {
        const { same, shout } = Task.module(import.meta.url, {
          same: Task.fn({ args: [Point], success: Point }, (point) => point),
          shout: Task.fn({ args: [Schema.String.check(Schema.isNonEmpty())], success: Schema.String }, (s) => `${s}!`)
        })
        const point = new Point({ x: 1, y: 2 })
        assert.strictEqual(yield* same(point), point)
        assert.strictEqual(yield* shout(""), "!")
      })
    )

    it.effect("takes functions that return a value, a promise or an effect", () =>
      Effect.gen(function* () {
        const schemas = { args: [Schema.Number], success: Schema.Number } as const
        const { effect, promise, value } = Task.module(import.meta.url, {
          value: Task.fn(schemas, (n) => n + 1),
          promise: Task.fn(schemas, async (n) => n + 1),
          effect: Task.fn(schemas, (n) => Effect.succeed(n + 1))
        })
        assert.deepStrictEqual(yield* Effect.all([value(1), promise(2), effect(3)]), [2, 3, 4])
      })
    )

    it.effect("has typed errors and services", () =>
      Effect.gen(function* () {
        class Bad extends Schema.TaggedError<Bad>()("Bad", { text: Schema.String }) {}
        class Unit extends Context.Service<Unit, string>()("Unit") {}
        const { measure } = Task.module(
          import.meta.url,
          {
            measure: Task.fn(
              { args: [Schema.String], success: Schema.String, error: Bad },
              Effect.fnUntraced(function* (text: string) {
                if (text === "") return yield* new Bad({ text })
                return `${text} ${yield* Unit}`
              })
            )
          },
          { layer: Layer.succeed(Unit, "m") }
        )
        assert.strictEqual(yield* measure("3"), "3 m")
        assert.strictEqual((yield* Effect.flip(measure("")))._tag, "Bad")
      })
    )

    it.effect("a method has the record of functions as its this", () =>
      Effect.gen(function* () {
        const schemas = { args: [], success: Schema.Number } as const
        const { answer } = Task.module(import.meta.url, {
          half: () => 21,
          answer: Task.fn(schemas, function (this: { half: () => number }) {
            return this.half() * 2
          })
        })
        assert.strictEqual(yield* answer(), 42)
      })
    )

    it("keeps the Schemas for whoever sends the task", () => {
      const { same } = Task.module(import.meta.url, {
        same: Task.fn({ args: [Point], success: Point }, (point) => point)
      })
      const { schemas } = functionOf(same(new Point({ x: 1, y: 2 })))
      assert.deepStrictEqual(schemas?.args, [Point])
      assert.strictEqual(schemas?.success, Point)
      assert.strictEqual(schemas?.error, undefined)
      assert.strictEqual(functionOf(Numbers.double(1)).schemas, undefined)
    })

    it("refuses what is no Schema or no function, by its name", () => {
      const fn = Task.fn as unknown as (...args: ReadonlyArray<unknown>) => unknown
      const option = (...args: ReadonlyArray<unknown>) => thrownBy(() => fn(...args)).option
      const success = Schema.Number
      assert.strictEqual(
        option({ args: Point, success }, () => 1),
        "args"
      )
      assert.strictEqual(
        option({ args: [Point, "number"], success }, () => 1),
        "args[1]"
      )
      assert.strictEqual(
        option({ args: [], success: undefined }, () => 1),
        "success"
      )
      assert.strictEqual(
        option({ args: [], success, error: Error }, () => 1),
        "error"
      )
      assert.strictEqual(option({ args: [], success }), "implementation")
    })
  })

  describe("findTaskFunction", () => {
    const url = "file:///tasks.ts"
    const Words = Task.module(url, { count: (text: string) => text.length })

    it.effect("finds what a worker needs to run the task", () =>
      Effect.gen(function* () {
        const fn = findTaskFunction({ other: 1, nothing: undefined, Words }, url, "count")
        assert.strictEqual(fn.name, "count")
        assert.strictEqual(fn.url, url)
        assert.strictEqual(yield* callOf(fn, ["fish"]) as Effect.Effect<unknown>, 4)
        assert.strictEqual(functionOf(Words.count("fish")), fn)
      })
    )

    it("finds it in whichever module of the file has it", () => {
      const More = Task.module(url, { reverse: (text: string) => text })
      assert.strictEqual(findTaskFunction({ Words, More }, url, "reverse").name, "reverse")
    })

    it("takes a module that is exported twice for one", () => {
      assert.strictEqual(findTaskFunction({ Words, default: Words }, url, "count").name, "count")
    })

    it("prefers the file's own functions to those that it exports for another", () => {
      const Foreign = Task.module("file:///other.ts", { count: () => 0, extra: () => 1 })
      assert.strictEqual(findTaskFunction({ Foreign, Words }, url, "count").url, url)
      assert.strictEqual(thrownBy(() => findTaskFunction({ Foreign, Words }, url, "extra")).option, "name")
    })

    it("finds it in a file that has another URL than it had where the task was made", () => {
      assert.strictEqual(findTaskFunction({ Words }, `${url}?v=2`, "count").name, "count")
    })

    it("says which names there are when there is none of that name", () => {
      const error = thrownBy(() => findTaskFunction({ Words }, url, "toString"))
      assert.strictEqual(
        error.message,
        `Invalid option name: got "toString", expected one of the functions of the task modules ` +
          `that file:///tasks.ts exports: "count".`
      )
    })

    it("says so when two modules of the file have the name", () => {
      const Same = Task.module(url, { count: () => 0 })
      assert.include(thrownBy(() => findTaskFunction({ Words, Same }, url, "count")).message, "rename one of the 2")
    })

    it("says what to do when the file exports no task module", () => {
      const error = thrownBy(() => findTaskFunction({ count: () => 1 }, url, "count"))
      assert.strictEqual(error.option, "url")
      assert.include(error.message, "export const")
    })

    it("leaves the layer to the worker", () => {
      const layer = Layer.succeed(Context.Service<string>("Word"), "fish")
      const tasks = Task.module(url, { one: () => 1 }, { layer })
      assert.strictEqual(taskModuleOf(tasks)?.layer?.layer, layer)
      assert.strictEqual(taskModuleOf(Words)?.layer, undefined)
    })

    it("marks modules so that no one sees it", () => {
      assert.deepStrictEqual(Reflect.ownKeys(Words), ["count", "~effect-futures/TaskModule"])
      assertions.deepStrictEqual({ ...Words }, { count: Words.count })
    })
  })
})

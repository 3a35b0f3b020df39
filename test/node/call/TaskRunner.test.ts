import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as vm from "node:vm"
import { beforeEach, describe, expect, it } from "vitest"
import { TaskEncodingError, TaskModuleError, TaskTimeoutError } from "../../../src/Errors.ts"
import * as Task from "../../../src/Task.ts"
import type { CallRequest } from "../../../src/internal/remote/Call.ts"
import type { CallRunner } from "../../../src/internal/remote/host/CallRunner.ts"
import { errorOf, makeWorld } from "./support.ts"
import { Basics, events, NoDirection, NotANumber, Point, WithLayer } from "./tasks/basics.ts"
import { Breaking, Failing, SlowLayer, Spinning } from "./tasks/layers.ts"
import { Telling } from "./tasks/telling.ts"
import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

const url = (name: string) => (name.includes(":") ? name : new URL(`./tasks/${name}.ts`, import.meta.url).href)
const elsewhere = (file: string) => Task.module(url(file), { go: () => 1 }).go()

beforeEach(() => {
  events.length = 0
})

describe("a runner", () => {
  it("gives what a plain function returns, before perform returns once the file is loaded", async () => {
    const { run, start } = makeWorld()
    expect(await run(Basics.add(1, 2))).toEqual(Exit.succeed(3))
    const second = await start(Basics.add(2, 3))
    expect(second.wasSync()).toBe(true)
    expect(await second.exit).toEqual(Exit.succeed(5))
  })

  it("awaits promises and runs effects", async () => {
    const { run } = makeWorld()
    expect(await run(Basics.later(1))).toEqual(Exit.succeed(2))
    expect(await run(Basics.parse("7"))).toEqual(Exit.succeed(7))
  })

  it("imports a file once for calls that come at the same time", async () => {
    const loads: Array<string> = []
    const { run } = makeWorld({
      load: (file) => {
        loads.push(file)
        return import(file)
      }
    })
    const exits = await Promise.all([run(Basics.add(1, 1)), run(Basics.later(1)), run(Basics.add(2, 2))])
    expect(exits).toEqual([Exit.succeed(2), Exit.succeed(2), Exit.succeed(4)])
    expect(loads).toEqual([Basics.add(1, 1).url])
  })

  it("runs each effect in a scope of its own that closes before the reply", async () => {
    const { run } = makeWorld()
    expect(await run(Basics.scoped() as never)).toEqual(Exit.succeed(2))
    expect(events).toEqual(["acquired", "used", "released"])
  })

  it("interrupts an effect, which cleans up before the reply", async () => {
    const { run, start } = makeWorld()
    await run(Basics.add(1, 1))
    const { exit, running, replies } = await start(Basics.forever())
    running.interrupt()
    const ended = await exit
    expect(ended._tag === "Failure" && Cause.hasInterruptsOnly(ended.cause)).toBe(true)
    expect(events).toEqual(["interrupted", "finalized"])
    expect(replies()).toBe(1)
  })
})

describe("a call that is abandoned after a cut", () => {
  /** Begins a call whose code is cut off, and abandons it. The result has its replies. */
  const abandoned = async (runner: CallRunner, request: CallRequest): Promise<ReadonlyArray<unknown>> => {
    const replies: Array<unknown> = []
    await runner.load!(request)
    const perform = () =>
      runner.run(request, {
        called: () => {},
        elements: () => {},
        report: () => {},
        ended: (reply) => replies.push(reply)
      })
    Reflect.set(globalThis, "perform", perform)
    expect(() => vm.runInThisContext("perform()", { timeout: 50 })).toThrow("timed out")
    Reflect.deleteProperty(globalThis, "perform")
    runner.abandon!(request)
    return replies
  }

  it("is not waited for by close, and runs no more code", async () => {
    const { runner, run } = makeWorld()
    await run(Basics.add(1, 1))
    const request = { url: Basics.spins().url, name: "spins", args: [], task: "spins", ambient: undefined }
    const replies = await abandoned(runner, request)
    expect(Fiber.getCurrent()).toBe(undefined)
    expect(await run(Basics.parse("3"))).toEqual(Exit.succeed(3))
    await runner.close()
    expect(events).toEqual([])
    expect(replies).toEqual([])
  })

  it("lets others build the layer that it was building, and close releases that", async () => {
    const { runner, run } = makeWorld()
    await run(Spinning.plain())
    events.length = 0
    const request = { url: Spinning.plain().url, name: "spin", args: [], task: "spin", ambient: undefined }
    await abandoned(runner, request)
    expect(await run(Spinning.plain())).toEqual(Exit.succeed(1))
    await runner.close()
    expect(events).toEqual(["released"])
  })

  it("lets others build a layer whose building was cut off", async () => {
    const { runner, run } = makeWorld()
    // Loads the file.
    await run(Spinning.plain())
    const request = { url: SlowLayer.useSlow().url, name: "useSlow", args: [], task: "useSlow", ambient: undefined }
    await abandoned(runner, request)
    expect(await run(SlowLayer.useSlow())).toEqual(Exit.succeed(2))
    await runner.close()
  })
})

describe("after a cut during an import", () => {
  it("whoever waits for the file is told, and other files can be imported", async () => {
    const { promise, resolve } = Promise.withResolvers<object>()
    const { runner, run } = makeWorld({
      load: (file) => (file === Basics.add(1, 1).url ? promise : import(file))
    })
    const [one, two] = [run(Basics.add(1, 1)), run(Telling.plain())]
    await new Promise((next) => setImmediate(next))
    runner.abandon(undefined)
    const error = errorOf(await one)
    expect(error).toBeInstanceOf(TaskModuleError)
    expect(error).toMatchObject({ reason: { message: expect.stringMatching(/stopped by force/) } })
    expect(await two).toEqual(Exit.succeed(1))
    expect(errorOf(await run(Basics.add(1, 1)))).toBeInstanceOf(TaskModuleError)
    // Another call's code was cut, and the import has gone on.
    resolve(await import(Basics.add(1, 1).url))
    await promise
    await new Promise((next) => setImmediate(next))
    expect(await run(Basics.add(1, 1))).toEqual(Exit.succeed(2))
  })
})

describe("closing", () => {
  it("interrupts what runs, waits for it, and then releases the layers", async () => {
    const { runner, run, start } = makeWorld()
    expect(Exit.isSuccess(await run(WithLayer.connection()))).toBe(true)
    const { exit } = await start(Basics.forever())
    await runner.close()
    expect(events).toEqual(["opened", "interrupted", "finalized", "closed"])
    expect(errorOf(await exit)).toBe("Interrupt")
    expect(errorOf(await run(Basics.add(1, 1)))).toBe("Interrupt")
    expect(runner.close()).toBe(runner.close())
  })

  it("ends also if a layer cannot be released, and says so", async () => {
    const { messages, runner, run } = makeWorld()
    expect(await run(Breaking.use())).toEqual(Exit.succeed(5))
    await runner.close()
    expect(events).toEqual(["breaking"])
    const [log] = messages.filter((message) => message !== "reply")
    expect(log).toMatchObject({ _tag: "Log", level: "Error", content: { value: { message: [/released/] } } })
  })
})

describe("a layer", () => {
  it("is built once for all tasks of a worker", async () => {
    const { runner, run } = makeWorld()
    const exits = await Promise.all([run(WithLayer.connection()), run(WithLayer.connection())])
    expect(exits[0]).toEqual(exits[1])
    expect(await run(WithLayer.connection())).toEqual(exits[0])
    expect(await run(WithLayer.plain())).toEqual(Exit.succeed("plain"))
    expect(events).toEqual(["opened"])
    await runner.close()
  })

  it("that fails fails the task with its error, though that is not in the function's Schema, until it can be built", async () => {
    const { runner, run } = makeWorld()
    expect(errorOf(await run(Failing.connect()))).toMatchObject({ _tag: "NoPort", port: 80 })
    expect(errorOf(await run(Failing.typed()))).toMatchObject({ _tag: "NoPort", port: 80 })
    expect(await run(Failing.typed())).toEqual(Exit.succeed(3))
    await runner.close()
  })
})

describe("a file that cannot be loaded fails its tasks with the reason", () => {
  const failing = [
    ["is not there", "nowhere", /nowhere/],
    ["has a mistake in its syntax", "data:text/javascript,export const = 1", /.+/],
    ["throws", "throwing", /no luck today/],
    ["exports no task module", "none", /exports its task module/],
    ["has no such function", "basics", /"go"/],
    ["starts an executor", "starting", /ThreadExecutor.make was called while a worker imported/],
    ["starts an executor and hides it", "swallowing", /ThreadExecutor.make was called while a worker imported/]
  ] as const
  for (const [what, file, reason] of failing) {
    it(`if it ${what}`, async () => {
      const { run } = makeWorld()
      const error = errorOf(await run(elsewhere(file)))
      expect(error).toBeInstanceOf(TaskModuleError)
      expect(error).toMatchObject({ task: "go", url: url(file) })
      expect((error as TaskModuleError).message).toMatch(reason)
      expect((error as TaskModuleError).message).not.toContain(".. Make sure")
      expect((error as TaskModuleError).reason).toBeInstanceOf(Error)
    })
  }

  it("at once when it is asked for again, and others go on", async () => {
    const loads: Array<string> = []
    const { run, start } = makeWorld({
      load: (file) => {
        loads.push(file)
        return import(file)
      }
    })
    await run(elsewhere("throwing"))
    const again = await start(elsewhere("throwing"))
    expect(again.wasSync()).toBe(true)
    expect(errorOf(await again.exit)).toBeInstanceOf(TaskModuleError)
    expect(loads).toEqual([url("throwing")])
    expect(await run(Basics.add(1, 1))).toEqual(Exit.succeed(2))
  })

  it("and leaves no mark of the import behind", async () => {
    const { run } = makeWorld()
    await run(elsewhere("swallowing"))
    expect(Reflect.has(globalThis, Symbol.for("effect-futures/importing"))).toBe(false)
  })
})

describe("without Schemas", () => {
  it("values that structured clone takes cross as they are", async () => {
    const { run } = makeWorld()
    const values = [undefined, null, -0, NaN, 10n, "text", new Date(5), new Map([[1, { a: [1] }]]), new Uint8Array(3)]
    for (const value of values) {
      const exit = await run(Basics.echo(value))
      expect(Exit.isSuccess(exit) && Object.is(exit.value, value) ? value : Exit.getSuccess(exit)).toEqual(
        typeof value === "object" && value !== null ? Option.some(value) : value
      )
    }
  })

  it("a shared buffer stays shared", async () => {
    const { run } = makeWorld()
    const shared = new Int32Array(new SharedArrayBuffer(4))
    const exit = await run(Basics.echo(shared))
    shared[0] = 7
    expect(Exit.isSuccess(exit) && exit.value).toEqual(new Int32Array([7]))
  })

  it("what cannot be cloned fails the task, and says that it is the result", async () => {
    const { run } = makeWorld()
    for (const task of [Basics.fn(), Basics.sym(), Basics.uncloneable()]) {
      const error = errorOf(await run(task))
      expect(error).toBeInstanceOf(TaskEncodingError)
      expect(error).toMatchObject({ task: task.name, what: "result" })
    }
  })

  it("a tagged error is an Error with its tag, fields, cause and the stack of the worker", async () => {
    const { run } = makeWorld()
    const exit = await run(Basics.parse("x"))
    const error = errorOf(exit)
    expect(error).toBeInstanceOf(Error)
    expect(error).not.toBeInstanceOf(NotANumber)
    expect(error).toMatchObject({ _tag: "NotANumber", name: "NotANumber", text: "x" })
    expect((error as Error).cause).toBeInstanceOf(RangeError)
    expect((error as Error).stack).toMatch(/basics\.ts(.|\n)*at worker w-1 \(task "parse"\)$/)
    const caught = (exit as Exit.Exit<never, NotANumber>).pipe(
      Effect.catchTag("NotANumber", (caughtError) => Effect.succeed(caughtError.text))
    )
    expect(Effect.runSync(caught)).toBe("x")
    // Yielding it again fails with it, as it does with the one that it stands for.
    expect(errorOf(Effect.runSyncExit(error as NotANumber))).toBe(error)
  })

  it("thrown errors keep class, message, cause and fields; methods are left behind", async () => {
    const { run } = makeWorld()
    const bad = errorOf(await run(Basics.throws())) as Error
    expect(bad).toBeInstanceOf(TypeError)
    expect(bad).toMatchObject({ message: "bad", cause: { message: "worse" } })
    for (const task of [Basics.throwsOdd(), Basics.rejects()]) {
      const odd = errorOf(await run(task))
      expect(odd).toMatchObject({ code: "E_ODD" })
      expect(odd).not.toHaveProperty("tell")
    }
  })

  it("what a function throws has no type, also if it is an error of ours", async () => {
    const { run } = makeWorld()
    const exit = await run(Basics.throwsOurs())
    expect(exit._tag === "Failure" && exit.cause.reasons.map((reason) => reason._tag)).toEqual(["Die"])
    expect(errorOf(exit)).toBeInstanceOf(TaskEncodingError)
  })

  it("other thrown values keep their value", async () => {
    const { run } = makeWorld()
    const value = errorOf(await run(Basics.throwsValue())) as { code: number; nested: Array<unknown> }
    expect(value.code).toBe(7)
    expect(value.nested[0]).toBeInstanceOf(SyntaxError)
  })

  it("our own errors keep their class", async () => {
    const { run } = makeWorld()
    const error = errorOf(await run(Basics.ours())) as TaskTimeoutError
    expect(error).toBeInstanceOf(TaskTimeoutError)
    expect(Duration.isDuration(error.duration) && Duration.toMillis(error.duration)).toBe(3000)
    expect(error.message).toMatch(/did not end within 3s/)
  })

  it("all reasons of a cause cross", async () => {
    const { run } = makeWorld()
    const exit = await run(Basics.many())
    expect(exit._tag === "Failure" && exit.cause.reasons.map((reason) => reason._tag)).toEqual([
      "Fail",
      "Die",
      "Interrupt"
    ])
  })
})

describe("with Schemas", () => {
  it("class instances and typed errors keep their class", async () => {
    const { run } = makeWorld()
    const exit = await run(Basics.norm(new Point({ x: 3, y: 4 })))
    expect(Exit.isSuccess(exit) && exit.value).toEqual(new Point({ x: 0.6, y: 0.8 }))
    expect(Exit.isSuccess(exit) && exit.value).toBeInstanceOf(Point)
    const error = errorOf(await run(Basics.norm(new Point({ x: 0, y: 0 }))))
    expect(error).toBeInstanceOf(NoDirection)
    expect((error as NoDirection).at).toBeInstanceOf(Point)
  })

  it("values cross that structured clone would break", async () => {
    const { run } = makeWorld()
    const exit = await run(Basics.option(Option.some(1)))
    expect(exit).toEqual(Exit.succeed(Option.some(2)))
    expect(Exit.isSuccess(exit) && Option.isOption(exit.value)).toBe(true)
  })

  it("an error may be null", async () => {
    const { run } = makeWorld()
    expect(errorOf(await run(Basics.nullable()))).toBe(null)
  })

  it("what does not fit is named", async () => {
    const { run } = makeWorld()
    const argument = await run(Basics.norm({ x: 1, y: 2 } as Point)).then(errorOf, (error: unknown) => error)
    expect(argument).toBeInstanceOf(TaskEncodingError)
    expect(argument).toMatchObject({ what: "argument 1", task: "norm" })
    expect((argument as Error).message).toMatch(/Expected Point/)
    expect(errorOf(await run(Basics.wrong(1)))).toMatchObject({ _tag: "TaskEncodingError", what: "result" })
    const error = errorOf(await run(Basics.wrongError())) as TaskEncodingError
    expect(error).toMatchObject({ what: "error", reason: { cause: { _tag: "NotANumber", text: "no" } } })
  })
})

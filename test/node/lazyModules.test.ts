import { Worker } from "node:worker_threads"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor } from "effect-futures"
import { lazyExports, lazyNamespaces } from "../../src/internal/node/lazyModules.ts"
import { Tasks } from "../behaviour/tasks.ts"
import { kinds } from "./remoteExecutors/support.ts"
import { Plain } from "./tasks/plain.ts"

const src = new URL("../../src/", import.meta.url).href
const tasks = new URL("./tasks/lazy.ts", import.meta.url).href

/** Runs code in a thread that has what a worker has before it imports a file of tasks. */
const inWorker = (code: string): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const prelude = `
      const { parentPort } = require("node:worker_threads")
      const loaded = []
      require("node:module").registerHooks({
        load: (url, context, next) => { loaded.push(url); return next(url, context) }
      })
      const run = async () => {
        const { installLazyModules } = await import(${JSON.stringify(`${src}internal/node/lazyModules.ts`)})
        installLazyModules()
        const tasks = await import(${JSON.stringify(tasks)})
        ${code}
      }
      run().then((value) => parentPort.postMessage({ value }), (error) => parentPort.postMessage({ error }))`
    const worker = new Worker(prelude, { eval: true, execArgv: ["--conditions=effect-futures-source"] })
    worker.once("error", reject)
    worker.once("message", ({ error, value }: { error?: unknown; value?: unknown }) => {
      void worker.terminate()
      if (error === undefined) resolve(value)
      else reject(error)
    })
  })

describe("the modules that a worker loads when they are used", () => {
  for (const [module, names] of Object.entries(lazyExports)) {
    it(`have all exports of ${module}`, async () => {
      const exports = (await import(`${src}${module}.ts`)) as object
      assert.deepStrictEqual(Object.keys(exports).toSorted(), names.toSorted())
    })
  }

  it("have all exports of index", async () => {
    const exports = (await import(`${src}index.ts`)) as object
    const expected = [...lazyExports["Errors"]!, ...lazyNamespaces, "Task"]
    assert.deepStrictEqual(Object.keys(exports).toSorted(), expected.toSorted())
  })

  it("keep Effect out of a worker whose tasks are plain functions", async () => {
    // All that makes or runs an effect needs this module.
    const code = `return loaded.filter((url) => url.endsWith("/effect/dist/internal/core.js"))`
    assert.deepStrictEqual(await inWorker(code), [])
    const used = `await tasks.useEverything(); ${code}`
    assert.lengthOf((await inWorker(used)) as ReadonlyArray<string>, 1)
  })

  it("keep Effect out of what crosses, until a value of its types does", async () => {
    const code = `
      const codec = ${JSON.stringify(`${src}internal/remote/codec/`)}
      const { FunctionCodecs } = await import(codec + "FunctionCodecs.ts")
      const { encodeDefect, encodeSuccess } = await import(codec + "encodeReply.ts")
      const codecs = new FunctionCodecs(undefined, "refuse")
      const args = codecs.decodeArgs(codecs.encodeArgs([{ a: [new Date(0), Buffer.from("a")] }, new Error("plain")], "t", true), "t")
      const replies = [encodeSuccess(new URL("a:b"), codecs, "t", true), encodeDefect(new TypeError("odd"))]
      const wasLoaded = loaded.some((url) => url.endsWith("/effect/dist/internal/core.js"))
      const record = { kind: "Option", data: [1] }
      const [some] = codecs.decodeArgs({ values: [record], specials: [record] }, "t")
      const Option = await import("effect/Option")
      return [wasLoaded, replies.map((reply) => reply._tag), args[1].message, Option.isSome(some)]`
    assert.deepStrictEqual(await inWorker(code), [false, ["Failure", "Failure"], "plain", true])
  })

  it("do what the real ones do", async () => {
    assert.deepStrictEqual(await inWorker("return tasks.useEverything()"), {
      tags: ["TaskTimeoutError", "OwnError"],
      instances: [true, true, true, false],
      isTask: [true, false],
      ran: 3,
      inline: 5
    })
  })

  it("throw what a real one throws", async () => {
    const code = `try { tasks.badModule() } catch (error) { return [error._tag, error.option] }`
    assert.deepStrictEqual(await inWorker(code), ["InvalidOptionsError", "url"])
  })
})

describe.each(kinds)("%s", (_, make) => {
  it.effect("loads no Effect for tasks that are plain functions, and loads it for those that return effects", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      assert.isFalse(yield* Executor.run(executor, Plain.hasEffect()))
      assert.strictEqual(yield* Executor.run(executor, Plain.add(1, 2)), 3)
      assert.isFalse(yield* Executor.run(executor, Plain.hasEffect()))
      assert.strictEqual(yield* Executor.run(executor, Tasks.double(2)), 4)
      assert.isTrue(yield* Executor.run(executor, Plain.hasEffect()))
    })
  )
})

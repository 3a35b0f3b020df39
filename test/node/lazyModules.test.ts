import { Worker } from "node:worker_threads"
import { assert, describe, it } from "vitest"
import { lazyExports, lazyNamespaces } from "../../src/internal/node/lazyModules.ts"

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

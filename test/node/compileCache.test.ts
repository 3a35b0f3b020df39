import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor } from "effect-futures"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Cached } from "./compileCache/tasks.ts"
import { kinds, type MakeOptions } from "./remoteExecutors/support.ts"

const folder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "compiled-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const contentsOf = (folder: string): Array<string> => fs.readdirSync(folder, { recursive: true, encoding: "utf8" })

describe.each(kinds)("%s: the cache of what workers compile", (_, make) => {
  // The runner of these tests has one of its own.
  const cacheIn = (env: MakeOptions["env"]) =>
    Effect.scoped(
      Effect.flatMap(
        make({ maxWorkers: 1, env: { ...process.env, NODE_COMPILE_CACHE: undefined, ...env } }),
        (executor) => Executor.run(executor, Cached.cache())
      )
    )

  it.live("is where Node.js has it, in the folder for temporary files", () =>
    Effect.gen(function* () {
      const temporary = yield* folder
      const cache = yield* cacheIn({ TMPDIR: temporary })
      assert.strictEqual(path.dirname(cache!), path.join(temporary, "node-compile-cache"))
    })
  )

  it.live("is where NODE_COMPILE_CACHE has it", () =>
    Effect.gen(function* () {
      const own = yield* folder
      assert.strictEqual(path.dirname((yield* cacheIn({ NODE_COMPILE_CACHE: own }))!), own)
    })
  )

  it.live("is not used where the environment has NODE_DISABLE_COMPILE_CACHE", () =>
    Effect.gen(function* () {
      const temporary = yield* folder
      assert.isUndefined(yield* cacheIn({ TMPDIR: temporary, NODE_DISABLE_COMPILE_CACHE: "1" }))
      assert.isEmpty(contentsOf(temporary))
    })
  )

  it.live("has what a worker compiled when that has ended", () =>
    Effect.gen(function* () {
      const temporary = yield* folder
      const cache = yield* cacheIn({ TMPDIR: temporary })
      assert.isNotEmpty(contentsOf(cache!))
    })
  )
})

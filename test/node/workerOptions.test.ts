import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Executor, InvalidOptionsError, type WorkerCrashedError } from "effect-futures"
import { execFile } from "node:child_process"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
import { kinds } from "./remoteExecutors/support.ts"
import { Tasks } from "./workerOptions/tasks.ts"
import { defectOf } from "../support/defectOf.ts"

const nobody = 65_534

const run = (program: string, flags: ReadonlyArray<string>, as: { uid?: number; gid?: number; env?: object } = {}) =>
  promisify(execFile)(
    process.execPath,
    ["--conditions=effect-futures-source", ...flags, fileURLToPath(new URL(program, import.meta.url))],
    { ...as, env: { ...process.env, ...as.env } }
  )

describe.each(kinds)("the environment variables of %s", (_, make) => {
  const envWith = (options: Parameters<typeof make>[0]) =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1, ...options })
      return yield* yield* executor.submit(Tasks.env())
    })

  it.live("are this process's and those of env", () =>
    Effect.gen(function* () {
      process.env["OF_THE_PARENT"] = "parent"
      process.env["TO_BE_TAKEN_AWAY"] = "parent"
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          delete process.env["OF_THE_PARENT"]
          delete process.env["TO_BE_TAKEN_AWAY"]
        })
      )
      const env = yield* envWith({ env: { OWN: "own", TO_BE_TAKEN_AWAY: undefined } })
      assert.strictEqual(env["OF_THE_PARENT"], "parent")
      assert.strictEqual(env["OWN"], "own")
      assert.isFalse("TO_BE_TAKEN_AWAY" in env)
    })
  )

  it.live("are those of env alone with inheritEnv: false", () =>
    Effect.gen(function* () {
      // A name is a name, whatever options are called.
      const env = { OWN: "own", inherit: "true", inheritEnv: "true" }
      assert.deepStrictEqual(yield* envWith({ inheritEnv: false, env }), env)
      assert.deepStrictEqual(yield* envWith({ inheritEnv: false }), {})
    })
  )
})

describe("the user of processes", () => {
  it.live("is the one of uid and gid, without the groups of root", ({ skip }) => {
    if (process.getuid?.() !== 0) skip("only root can start processes as another user")
    return Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1, uid: nobody, gid: nobody })
      const user = yield* yield* executor.submit(Tasks.user())
      assert.deepStrictEqual(user, { uid: nobody, gid: nobody, groups: [nobody] })
    })
  })

  it("is refused with an error that says why where this process may not change it", async ({ skip }) => {
    if (process.platform === "win32") skip("no other process is needed to be refused there")
    const { stdout } = await run(
      "./workerOptions/asOther.ts",
      [],
      process.getuid?.() === 0 ? { uid: nobody, gid: nobody } : {}
    )
    assert.match(stdout, /^WorkerCrashedError .*uid 1 and gid \(unchanged\): only root can.*EPERM/)
  })
})

describe("a limit of memory that Node does not keep", () => {
  const warnings = (text: string) => text.split("\n").filter((line) => line.includes("maxOldGenerationSizeMb"))

  it.each(["--max-old-space-size=4096", "--max_old_space_size=4096"])("is told of once: %s", async (flag) => {
    const { stdout } = await run("./workerOptions/uselessLimit.ts", [flag])
    assert.strictEqual(warnings(stdout).length, 1)
    assert.match(stdout, /WARN.*has no effect/)
  })

  it("is told of also if the flag is in NODE_OPTIONS", async () => {
    const { stdout } = await run("./workerOptions/uselessLimit.ts", [], {
      env: { NODE_OPTIONS: "--max-old-space-size=4096" }
    })
    assert.strictEqual(warnings(stdout).length, 1)
  })

  it("is not told of where Node keeps it", async () => {
    const { stdout } = await run("./workerOptions/uselessLimit.ts", ["--max-semi-space-size=16"])
    assert.deepStrictEqual(warnings(stdout), [])
  })
})

describe.each(kinds)("null in place of an option of %s", (_, make) => {
  it.effect.each([
    "name",
    "minWorkers",
    "maxWorkers",
    "timeout",
    "traced",
    "startTimeout",
    "maxAttempts",
    "preload",
    "queueTimeout",
    "capacity",
    "overflow",
    "maxMemoryPerWorker",
    "idleTimeToLive",
    "spares",
    "maxTasksPerWorker",
    "concurrency",
    "grace",
    "env",
    "inheritEnv",
    "execArgv"
  ])("is refused: %s", (option) =>
    Effect.gen(function* () {
      const error = yield* defectOf(make({ [option]: null }))
      if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
      assert.deepStrictEqual([error.option, error.value], [option, null])
    })
  )
})

describe("the working directory of a process", () => {
  it.live.each(["/no/such/folder", fileURLToPath(import.meta.url)])("is named where it is none: %s", (cwd) =>
    Effect.gen(function* () {
      const executor = yield* ProcessExecutor.make({ maxWorkers: 1, cwd })
      const error = yield* Effect.flip(Executor.run(executor, Tasks.user()))
      assert.strictEqual((error as WorkerCrashedError)._tag, "WorkerCrashedError")
      assert.include(error.message, `cwd, is no folder: ${JSON.stringify(cwd)}`)
    })
  )
})

describe("bad options of workers", () => {
  it.effect.each([
    [ProcessExecutor.make({ uid: -1 }), "uid"],
    [ProcessExecutor.make({ uid: 1.5 }), "uid"],
    [ProcessExecutor.make({ gid: 0x8000_0000 }), "gid"],
    [ProcessExecutor.make({ cwd: "/tmp/\0" }), "cwd"],
    [ProcessExecutor.make({ gid: "root" as never }), "gid"],
    [ProcessExecutor.make({ inheritEnv: 0 as never }), "inheritEnv"],
    [ThreadExecutor.make({ inheritEnv: "no" as never }), "inheritEnv"],
    [ThreadExecutor.make({ env: { A: 1 as never } }), "env.A"],
    [ThreadExecutor.make({ env: { "A=B": "1" } }), "env"],
    [ProcessExecutor.make({ env: { "": "1" } }), "env"],
    [ProcessExecutor.make({ env: { A: "a\0b" } }), "env.A"],
    [ThreadExecutor.make({ preempt: null as never }), "preempt"],
    [ThreadExecutor.make({ resourceLimits: [] as never }), "resourceLimits"]
  ] as const)("are refused by make: %#", ([made, option]) =>
    Effect.gen(function* () {
      const error = yield* defectOf(made)
      if (!(error instanceof InvalidOptionsError)) return assert.fail(String(error))
      assert.strictEqual(error.option, option)
    })
  )
})

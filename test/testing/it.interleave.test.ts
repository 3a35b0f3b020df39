import { afterAll, assert, beforeAll, describe, expect } from "@effect/vitest"
import * as EffectVitest from "@effect/vitest"
import { Deferred, Effect, Ref, Scope } from "effect"
import { Interleave, type InterleaveFailure, it } from "effect-futures/testing"
import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { endless, lossy, sound } from "./fixtures/programs.ts"

const config = fileURLToPath(new URL("./fixtures/vitest.fixtures.config.ts", import.meta.url))
const root = fileURLToPath(new URL("../..", import.meta.url))
const vitest = path.join(root, "node_modules/vitest/vitest.mjs")

const run = (file: string, args: ReadonlyArray<string>, cwd = root, env: NodeJS.ProcessEnv = {}) =>
  promisify(execFile)(file, args, { cwd, env: { ...plainEnvironment, ...env }, maxBuffer: 1e8 }).then(
    ({ stderr, stdout }) => stdout + stderr,
    (error: { readonly stdout: string; readonly stderr: string }) => error.stdout + error.stderr
  )

// What vitest has told this process about itself is none of the others' business.
const plainEnvironment = {
  ...Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|VITE_|TEST$|FORCE_COLOR)/.test(name))
  ),
  NO_COLOR: "1"
}

describe("it", () => {
  it("is the it of the same @effect/vitest, and more", () => {
    assert.strictEqual(it.effect, EffectVitest.it.effect)
    assert.strictEqual(it.live, EffectVitest.live)
    assert.strictEqual(it.layer, EffectVitest.layer)
    for (const key of ["interleave", "skip", "anything"]) {
      assert.strictEqual(key in it, key === "interleave" || key in EffectVitest.it, key)
    }
  })

  it.each([1, 2])("has what vitest's has: %s", (n) => assert.isAbove(n, 0))

  it.effect("has what @effect/vitest's has", () => Effect.sync(() => assert.isFunction(it.effect.skip)))

  const extended = it.extend<{ readonly five: number }>({ five: 5 })
  extended("can be extended", ({ five }) => assert.strictEqual(five, 5))
})

describe("it.interleave", () => {
  it.interleave("passes if nothing fails", sound)

  it.interleave.each(["auto", "exhaustive", "delay", "reads", "pct", "random", "fifo"])(
    "passes with each strategy",
    sound,
    { maxSchedules: 50 }
  )

  it.interleave("takes virtual time", Effect.sleep("1 hour"), {}, 5000)

  it.interleave("passes by chance without a proof", endless, { strategy: "pct", maxSchedules: 10 })

  it.interleave.skip("does not run what is skipped", lossy)
  it.interleave.skipIf(true)("does not run what is skipped if", lossy)
  it.interleave.skipIf(false)("runs what is not skipped if", sound)
  it.interleave.runIf(false)("does not run what is not to be run if", lossy)
  it.interleave.runIf(true)("runs what is to be run if", sound)

  it.interleave.fails("passes if a failure is expected and found", lossy)
  it.interleave.fails(
    "passes if a deadlock is expected and found",
    Effect.flatMap(Deferred.make<void>(), Deferred.await)
  )

  const scopes = new Set<Scope.Scope>()
  let closed = 0
  it.interleave(
    "gives each schedule a scope",
    Effect.gen(function* () {
      const scope = yield* Scope.Scope
      assert.isFalse(scopes.has(scope))
      scopes.add(scope)
      yield* Effect.addFinalizer(() => Effect.sync(() => closed++))
      const count = yield* Ref.make(0)
      const increment = Ref.update(count, (n) => n + 1)
      yield* Effect.all([increment, increment], { concurrency: "unbounded" })
    })
  )
  it("has closed them", () => {
    assert.isAbove(scopes.size, 2)
    assert.strictEqual(closed, scopes.size)
  })

  it("takes no functions, nor no strategies", () => {
    const f = (() => sound) as unknown as typeof sound
    expect(() => it.interleave("a function", f)).toThrow("takes an effect, not a function")
    expect(() => it.interleave.each([])).toThrow("strategies")
  })
})

describe("it.interleave, when it fails", () => {
  interface Result {
    readonly title: string
    readonly status: string
    readonly failureMessages: ReadonlyArray<string>
  }
  const results = new Map<string, Result>()
  let output = ""
  let folder = ""

  beforeAll(async () => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "it-interleave-"))
    const file = path.join(folder, "results.json")
    output = await run(process.execPath, [
      vitest,
      "run",
      "--config",
      config,
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${file}`
    ])
    const report = JSON.parse(fs.readFileSync(file, "utf8")) as {
      readonly testResults: ReadonlyArray<{ readonly assertionResults: ReadonlyArray<Result> }>
    }
    for (const result of report.testResults.flatMap((_) => _.assertionResults)) results.set(result.title, result)
    // Another vitest, which takes as long to start as this one did.
  }, 60_000)

  afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

  /** What the test has failed with. */
  const failureOf = (title: string): string => {
    const { failureMessages, status } = results.get(title)!
    assert.strictEqual(status, "failed")
    return failureMessages.join("\n")
  }

  it.effect("tells of the failure, and how to run its schedule again", () =>
    Effect.gen(function* () {
      const found = yield* Effect.flip(Interleave.check(lossy))
      assert.strictEqual(found._tag, "InterleaveFailure")
      // Neither the scope around the program nor the test makes it another schedule.
      const { schedule } = found as InterleaveFailure
      const lines = ["There is a schedule in which the program fails", "AssertionError: expected 1 to equal 2"]
      for (const line of [...lines, `Interleave.replay(program, "${schedule}")`]) {
        assert.include(failureOf("a lost update"), line)
        assert.include(output, line)
      }
      assert.match(output, /Interleave\.replay\(program, "[^"]+"\)\n ❯ \S+failing\.fixture\.ts:6:4\n/)
    })
  )

  it("shows what the program threw as the cause, with its place and its difference", () => {
    assert.match(output, /Caused by: AssertionError: expected 1 to equal 2\n\n- Expected\n\+ Received/)
    const from = output.indexOf("Caused by: AssertionError")
    const cause = output.slice(from, output.indexOf("⎯⎯⎯", from))
    assert.deepStrictEqual(
      [...cause.matchAll(/❯ (.*)/g)].map(([, frame]) => frame),
      ["test/testing/fixtures/programs.ts:8:12"]
    )
  })

  it("tells of a deadlock", () => {
    assert.include(failureOf("a deadlock"), "a deadlock (schedule 1")
    assert.include(failureOf("a deadlock"), "DeadlockError")
    assert.include(failureOf("a deadlock"), "Interleave.replay(program, ")
  })

  it("has the strategy in each test's name", () => {
    for (const strategy of ["exhaustive", "pct", "random"]) {
      assert.include(failureOf(`each strategy (${strategy})`), `of strategy "${strategy}"`)
    }
    assert.strictEqual(results.get("each strategy (fifo)")!.status, "passed")
  })

  it("refuses what proves nothing, unless told not to", () => {
    const message = failureOf("no proof")
    assert.include(message, "Nothing is proved: none of the 50 schedules failed, but there are more")
    for (const way of ["Raise maxSchedules", "lower maxPreemptions", `"pct"`, "requireProof"])
      assert.include(message, way)
    assert.strictEqual(results.get("no proof required")!.status, "passed")
    const foreign = failureOf("no proof because of a tracer")
    assert.include(foreign, "a fiber brought a tracer or a scheduler of its own")
    assert.notInclude(foreign, "maxSchedules")
  })

  it("stops when its time is over, and says how far it came", () => {
    for (const [title, strategy] of [
      ["limit as an option", "auto"],
      ["limit as an argument", "pct"]
    ] as const) {
      const message = failureOf(title)
      assert.include(message, "The time limit of 1000ms is over.")
      assert.notInclude(message, "Test timed out")
      assert.lengthOf(results.get(title)!.failureMessages, 1)
      assert.match(
        message,
        new RegExp(`Stopped after [1-9][\\d,]* schedules? of strategy "${strategy}"\\. None has failed`)
      )
    }
    assert.strictEqual(results.get("is stopped by its limit")!.status, "passed")
    assert.include(failureOf("limit within the first"), "Stopped within the first schedule")
  })

  it("fails for options that are not valid", () => {
    assert.include(failureOf("an option that is none"), "Invalid option maxPreemptions: got -1")
  })

  it("expects a failure, and nothing else", () => {
    assert.match(
      failureOf("no failure"),
      /This test expects a failure.*none of the \d+ schedules failed, and there are no others/
    )
    assert.include(failureOf("no valid option"), "Invalid option maxPreemptions: got -1")
    assert.include(failureOf("no failure within the limit"), "The time limit of 300ms is over.")
    assert.include(failureOf("no failure but chance"), "does something else when the same schedule is run again")
  })

  it("runs nothing else with only", () => {
    assert.strictEqual(results.get("only this")!.status, "passed")
    assert.strictEqual(results.get("not this")!.status, "skipped")
  })

  const runOnly = (...args: ReadonlyArray<string>) =>
    run(process.execPath, [vitest, "run", "only.fixture.ts", "--config", config, ...args])

  it("works in threads, and first in a file that imports nothing else", async () => {
    assert.include(await runOnly("--execArgv=", "--pool=threads"), "1 passed | 1 skipped")
  })

  it("says that it does not work in vitest's virtual machines", async () => {
    assert.include(await runOnly("--pool=vmForks"), `in the pool "vmThreads" or "vmForks"`)
  })
})

describe("effect-futures/testing, without vitest", () => {
  const source = pathToFileURL(path.join(root, "src/testing/index.ts")).href

  /** What a script prints that runs after a listener to what modules are loaded. */
  const script = (code: string) =>
    run(process.execPath, [
      "--input-type=module",
      "--eval",
      `import { registerHooks } from "node:module"
       const loaded = []
       registerHooks({
         load: (url, context, next) => {
           loaded.push(url)
           return next(url, context)
         }
       })
       const { Interleave, it } = await import(${JSON.stringify(source)})
       const { Effect } = await import("effect")
       ${code}`
    ])

  it("loads neither vitest nor @effect/vitest", async () => {
    const output = await script(`
      const report = await Effect.runPromise(Interleave.check(Effect.void))
      console.log(report.complete, it, typeof it, loaded.some((url) => url.includes("/testing/it.ts")))
      console.log(loaded.filter((url) => /vitest[\\\\/](dist|src)|@vitest/.test(url)).length)
    `)
    // Node.js 26 says that it is a proxy.
    assert.match(output, /^true (\[Function: target\]|Proxy\(\[Function: target\]\)) function true\n0\n$/)
  })

  it("says that it is for files that vitest runs", async () => {
    const output = await script(`
      for (const use of [() => it.effect, () => it("a", () => {}), () => it.interleave("a", Effect.void)]) {
        try {
          use()
        } catch (error) {
          console.log(error.message)
        }
      }
    `)
    const lines = output.trim().split("\n")
    assert.lengthOf(lines, 3)
    for (const line of lines) assert.include(line, "it only works in a test file that vitest runs")
  })

  it("says what to install", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "without-vitest-"))
    try {
      // As for a user who has only what is not optional.
      fs.mkdirSync(path.join(folder, "node_modules"))
      for (const name of fs.readdirSync(path.join(root, "node_modules"))) {
        if (!/vitest|^\./.test(name) && name !== "@effect") {
          fs.symlinkSync(path.join(root, "node_modules", name), path.join(folder, "node_modules", name), "junction")
        }
      }
      fs.cpSync(path.join(root, "src"), path.join(folder, "src"), { recursive: true })
      fs.writeFileSync(path.join(folder, "package.json"), `{ "type": "module" }`)
      const program = path.join(folder, "program.ts")
      fs.writeFileSync(program, `import { it } from "./src/testing/index.ts"\nit.effect("a", () => {})\n`)
      const output = await run(process.execPath, [program], folder, { VITEST: "true" })
      assert.include(output, "npm install --save-dev @effect/vitest vitest")
    } finally {
      fs.rmSync(folder, { recursive: true, force: true })
    }
  })
})

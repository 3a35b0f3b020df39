import { execFile, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { text } from "node:stream/consumers"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { assert, describe, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const condition = "--conditions=effect-futures-source"

const tasks = JSON.stringify(path.join(import.meta.dirname, "bundles/tasks.ts"))

const program = `
import { Effect } from "effect"
import { Executor } from "effect-futures"
import { ProcessExecutor, ThreadExecutor } from "effect-futures/node"
const { Sums } = await import(${tasks})
for (const { make } of [ThreadExecutor, ProcessExecutor]) {
  const add = Effect.flatMap(make({ maxWorkers: 1 }), (executor) => Executor.run(executor, Sums.add(1, 2)))
  console.log(await Effect.runPromise(Effect.scoped(add)))
}
`

describe("Threads and processes", () => {
  it("are started by a program that is given on the command line", async () => {
    for (const language of ["--input-type=module", "--input_type=module"]) {
      const flags = [condition, "--expose-gc", language, "--eval", program]
      const { stderr, stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
      assert.deepStrictEqual([stdout, stderr], ["3\n3\n", ""])
    }
  })

  it("are started by a program that is read from stdin", async () => {
    const child = spawn(process.execPath, [condition, "--input-type=module", "-"], { cwd: root, stdio: "pipe" })
    child.stdin.end(program)
    assert.deepStrictEqual(await Promise.all([text(child.stdout), text(child.stderr)]), ["3\n3\n", ""])
  })
})

describe("A module of --import that starts executors", () => {
  it("has them in the program, and is refused them in each worker that loads it first", async () => {
    const file = path.join(import.meta.dirname, "bundles/main.ts")
    const flags = [condition, "--disable-warning=ExperimentalWarning", "--import", file, "--eval", ""]
    const lines = (await promisify(execFile)(process.execPath, flags)).stdout.trim().split("\n")
    const refused = (kind: string, operation: string) =>
      `${kind} ExecutorInPreloadError: ${operation} was called in a worker before its first task.`
    const found = lines.map((line) => line.replace(/(before its first task\.).*--import.*/, "$1"))
    const ofWorker = [
      "main runs",
      refused("threads", "ThreadExecutor.make"),
      refused("processes", "ProcessExecutor.make")
    ]
    assert.sameMembers(found, ["main runs", "threads 3", "processes 3", ...ofWorker, ...ofWorker])
  })
})

describe.each(["a flag", "NODE_OPTIONS"])("A module of --import, given by %s", (by) => {
  it("starts its executors once, whatever threads the library needs besides those of the workers", async () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "preloaded-"))
    const notes = path.join(folder, "notes")
    const flags = [condition, "--disable-warning=ExperimentalWarning"]
    const preload = `--import=${pathToFileURL(path.join(import.meta.dirname, "tasks/preloaded.ts")).href}`
    const env = { ...process.env, NOTES: notes, ...(by === "a flag" ? {} : { NODE_OPTIONS: preload }) }
    await promisify(execFile)(process.execPath, [...flags, ...(by === "a flag" ? [preload] : []), "--eval", ""], {
      env
    })
    const found = fs.readFileSync(notes, "utf8").trim().split("\n")
    fs.rmSync(folder, { recursive: true })
    assert.deepStrictEqual(
      found.filter((line) => line !== "ExecutorInPreloadError"),
      ["TaskTimeoutError", "TaskTimeoutError"]
    )
    // In the worker of each executor, and in the thread that has the inspector, for both executors.
    assert.isAtLeast(found.length, 2 + 3 * 2)
  })
})

describe("Under the permission model", () => {
  const run = async (flags: ReadonlyArray<string>) => {
    const all = ["--permission", `--allow-fs-read=${root}`, "--no-warnings", condition, ...flags]
    return (await promisify(execFile)(process.execPath, all, { cwd: root })).stdout
  }

  it("the package can be imported where the program may read its own files alone", async () => {
    const file = path.join(import.meta.dirname, "tasks/importsAll.ts")
    assert.strictEqual(await run([file]), "imported\n")
  })

  it("processes need no thread where the program may read nothing but its own files", async () => {
    const file = path.join(import.meta.dirname, "bundles/main.ts")
    const lines = (await run(["--allow-child-process", file])).split("\n")
    assert.include(lines, "processes 3")
  })

  it("threads work where the program may start threads, and processes are refused at once where it may not", async () => {
    const file = path.join(import.meta.dirname, "bundles/main.ts")
    const [main, threads, processes] = (await run(["--allow-worker", file]))
      .split("\n")
      .filter((line) => !/^(\[|  )/.test(line))
    assert.deepStrictEqual([main, threads], ["main runs", "threads 3"])
    assert.match(
      processes!,
      /^processes WorkerCrashedError: .*ERR_ACCESS_DENIED|^processes WorkerCrashedError: .*--allow-child-process/
    )
  })
})

import { execFile, spawn } from "node:child_process"
import * as path from "node:path"
import { text } from "node:stream/consumers"
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
    const flags = [condition, "--expose-gc", "--input-type=module", "--eval", program]
    const { stderr, stdout } = await promisify(execFile)(process.execPath, flags, { cwd: root })
    assert.deepStrictEqual([stdout, stderr], ["3\n3\n", ""])
  })

  it("are started by a program that is read from stdin", async () => {
    const child = spawn(process.execPath, [condition, "--input-type=module", "-"], { cwd: root, stdio: "pipe" })
    child.stdin.end(program)
    assert.deepStrictEqual(await Promise.all([text(child.stdout), text(child.stderr)]), ["3\n3\n", ""])
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

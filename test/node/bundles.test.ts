import { execFile } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { promisify } from "node:util"
import { build, type BuildOptions } from "esbuild"
import { afterAll, assert, describe, it } from "vitest"

const root = path.resolve(import.meta.dirname, "../..")
const condition = "effect-futures-source"
fs.mkdirSync(path.join(root, ".tmp"), { recursive: true })
// In this package, as the bundles that leave the library outside find it by its name.
const folder = fs.mkdtempSync(path.join(root, ".tmp", "bundles-"))
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const bundle = async (name: string, options: BuildOptions): Promise<string> => {
  const outdir = path.join(folder, name)
  await build({
    entryPoints: [path.join(import.meta.dirname, "bundles/main.ts")],
    bundle: true,
    platform: "node",
    format: "esm",
    conditions: [condition],
    outExtension: { ".js": options.format === "cjs" ? ".cjs" : ".mjs" },
    logLevel: "error",
    outdir,
    ...options
  })
  return path.join(outdir, options.format === "cjs" ? "main.cjs" : "main.mjs")
}

const run = async (file: string): Promise<ReadonlyArray<string>> => {
  const { stdout } = await promisify(execFile)(process.execPath, [`--conditions=${condition}`, file])
  return stdout.trim().split("\n")
}

const isRefused = (lines: ReadonlyArray<string>, file: string): void => {
  assert.lengthOf(lines, 3)
  assert.strictEqual(lines[0], "main runs")
  for (const [i, [kind, operation]] of [
    ["threads", "ThreadExecutor.make"],
    ["processes", "ProcessExecutor.make"]
  ].entries()) {
    const refusal = `${kind} WorkerFileError: ${operation} cannot start workers, because effect-futures is bundled into ${pathToFileURL(file).href}:`
    assert.isTrue(lines[i + 1]!.startsWith(refusal), lines[i + 1])
    assert.include(lines[i + 1], `Mark "effect-futures" as external`)
  }
}

describe("In a bundle", () => {
  it("of everything in one file, no worker runs the program, which is told what to mark external", async () => {
    const file = await bundle("esm", {})
    isRefused(await run(file), file)
  })

  it("in CommonJS, where there is no import.meta.url, it is the same", async () => {
    // The tasks need a URL of their own there.
    const file = await bundle("cjs", { format: "cjs", define: { "import.meta.url": '"file:///no/file"' } })
    isRefused(await run(file), file)
  })

  it("in CommonJS, the library is loaded without an error", async () => {
    const contents = 'require("effect-futures/node"), require("effect-futures/testing"), console.log("loaded")'
    const stdin = { contents, resolveDir: import.meta.dirname, sourcefile: "main.cjs" }
    const outfile = path.join(folder, "loads.cjs")
    await build({ stdin, outfile, bundle: true, platform: "node", conditions: [condition], logLevel: "silent" })
    assert.deepStrictEqual(await run(outfile), ["loaded"])
  })

  it("NodeRuntime.runMain shows why no worker is started, and exits with an error", async () => {
    const contents = `
      import { NodeRuntime } from "@effect/platform-node"
      import { Effect } from "effect"
      import { ThreadExecutor } from "effect-futures/node"
      NodeRuntime.runMain(Effect.scoped(ThreadExecutor.make()))
    `
    const stdin = { contents, resolveDir: import.meta.dirname, sourcefile: "main.ts" }
    const outfile = path.join(folder, "runMain.mjs")
    const conditions = [condition]
    await build({ stdin, outfile, bundle: true, platform: "node", format: "esm", conditions, external: ["undici"] })
    const failed = await run(outfile).then(
      () => undefined,
      (error: { readonly code: number; readonly stdout: string; readonly stderr: string }) => error
    )
    assert.strictEqual(failed?.code, 1)
    assert.include(
      `${failed?.stdout}${failed?.stderr}`,
      "ThreadExecutor.make cannot start workers, because effect-futures is bundled"
    )
  })

  it("that says the library is still where it was when it was bundled, it is the same", async () => {
    const library = pathToFileURL(path.join(root, "src/internal/node/workerFile.ts")).href
    const file = await bundle("webpack", { define: { "import.meta.url": JSON.stringify(library) } })
    isRefused(await run(file), file)
  })

  it("with chunks, it is the same, as long as the library is in them", async () => {
    const file = await bundle("chunks", { splitting: true })
    const lines = await run(file)
    assert.deepStrictEqual(
      lines.map((line) => line.replace(/ cannot start.*/, "")),
      ["main runs", "threads WorkerFileError: ThreadExecutor.make", "processes WorkerFileError: ProcessExecutor.make"]
    )
  })

  it("without the library, tasks that have become part of the program are refused, and the program runs once", async () => {
    const file = await bundle("one", { packages: "external" })
    const [main, ...refusals] = await run(file)
    assert.strictEqual(main, "main runs")
    assert.lengthOf(refusals, 2)
    for (const refusal of refusals) {
      assert.include(refusal, `TaskModuleError: Task "add" cannot run`)
      assert.include(refusal, `${pathToFileURL(file).href} is the program's main file`)
      assert.include(refusal, "Move the tasks to a file of their own")
    }
  })

  it("without the library, with a file of tasks as an entry of its own, it works", async () => {
    const entries = ["main.ts", "tasks.ts"].map((name) => path.join(import.meta.dirname, "bundles", name))
    const file = await bundle("good", { entryPoints: entries, splitting: true, packages: "external" })
    assert.deepStrictEqual(await run(file), ["main runs", "threads 3", "processes 3"])
  })
})

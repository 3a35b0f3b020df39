import * as fs from "node:fs"
import * as path from "node:path"
import { transformSync } from "esbuild"
import { root } from "../root.ts"
import { expectLines, outputOf, type Project, tool } from "./Project.ts"

interface Build {
  readonly args: ReadonlyArray<string>
  /** The files that it makes of the program, in `dist/`. */
  readonly main: string
}

interface Bundler {
  /** The recipe of docs/deployment.md. */
  readonly good: Build
  /** The mistake that the library is in the bundle. */
  readonly bundled: ReadonlyArray<Build>
  /** The mistake that the tasks are in the program's file, with the library outside. */
  readonly merged: Build
}

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/)

const esbuild = (args: string, main: string, ...more: ReadonlyArray<string>): Build => ({
  args: [...words(`${args} --bundle --platform=node --outdir=dist --log-level=error`), ...more],
  main
})

/** A bundler that a file tells what to do. */
const configured = (args: string, good: string, main: string): Bundler => {
  const build = (config: string): Build => ({ args: [...words(args), config], main })
  return { good: build(good), bundled: [build("bundled.config.mjs")], merged: build("merged.config.mjs") }
}

const bundlers: Readonly<Record<string, Bundler>> = {
  esbuild: {
    good: esbuild("src/main.ts src/tasks.ts --splitting --packages=external --format=esm", "main.js"),
    bundled: [
      esbuild("src/main.ts --format=esm --out-extension:.js=.mjs", "main.mjs"),
      esbuild(
        "src/main.ts --format=cjs --out-extension:.js=.cjs --define:import.meta.url=here",
        "main.cjs",
        '--banner:js=const here = require("node:url").pathToFileURL(__filename).href'
      ),
      esbuild("src/main.ts src/tasks.ts --splitting --format=esm", "main.js")
    ],
    merged: esbuild("src/main.ts --packages=external --format=esm", "main.js")
  },
  vite: configured("build --logLevel=error --config", "vite.config.mjs", "main.js"),
  rolldown: configured("--logLevel=silent --config", "rolldown.config.mjs", "main.js"),
  webpack: configured("--config", "webpack.config.mjs", "main.mjs")
}

const works = [
  "main runs",
  "threads 42",
  "threads TaskTimeoutError",
  "processes 42",
  "processes TaskTimeoutError",
  "threads were started"
]

const refusesTheLibrary = ["Thread", "Process"].map(
  (kind) => new RegExp(`WorkerFileError: ${kind}Executor.make cannot start workers.*Mark "effect-futures" as external`)
)

/**
 * The recipe of each bundler makes a program that works; and the mistakes that would have a worker run the program are refused,
 * after the program has run once.
 */
export const bundling = (project: Project): void => {
  recipesAreDocumented()
  for (const [name, { bundled, good, merged }] of Object.entries(bundlers)) {
    expectLines(name, runBuilt(project, name, good), works)
    for (const build of bundled) {
      const lines = ["main runs", ...refusesTheLibrary, "no thread was started"]
      expectLines(`${name} with the library in the bundle`, runBuilt(project, name, build), lines)
    }
    const isMain = /TaskModuleError: Task "add".* is the program's main file/
    const lines = ["main runs", isMain, isMain, "threads were started"]
    expectLines(`${name} with the tasks in the program's file`, runBuilt(project, name, merged), lines)
    console.log(`${name}: ok`)
  }
}

const document = path.join(root, "docs/deployment.md")

/** The recipe that is built here is the one of the document. */
const recipesAreDocumented = (): void => {
  const text = fs.readFileSync(document, "utf8")
  for (const [name, { good }] of Object.entries(bundlers)) {
    const config = path.join(root, "scripts/consumer", name, good.args.at(-1) ?? "")
    const recipe = fs.existsSync(config) ? fs.readFileSync(config, "utf8") : [name, ...good.args].join(" ")
    const quiet = recipe.replace(" --log-level=error", "")
    if (!text.includes(quiet)) throw new Error(`docs/deployment.md does not have the recipe for ${name}:\n${quiet}`)
  }
}

/** Builds the program, and runs it elsewhere: a path of the place where it was built must not be in it. */
const runBuilt = (project: Project, name: string, { args, main }: Build): string => {
  const folder = project.copy(name, [name])
  copyProgram(folder, name === "webpack")
  outputOf(tool(name), args, folder)
  const deployed = path.join(project.folder, "deployed")
  fs.renameSync(path.join(folder, "dist"), deployed)
  fs.rmSync(folder, { recursive: true })
  const output = outputOf(process.execPath, [main], deployed)
  fs.rmSync(deployed, { recursive: true })
  return output
}

/** Webpack takes JavaScript, as long as it has no loader for TypeScript. */
const copyProgram = (folder: string, asJavaScript: boolean): void => {
  const from = path.join(import.meta.dirname, "../consumer/program")
  const to = path.join(folder, "src")
  fs.mkdirSync(to)
  for (const file of fs.readdirSync(from)) {
    const source = fs.readFileSync(path.join(from, file), "utf8")
    if (!asJavaScript) fs.writeFileSync(path.join(to, file), source)
    else {
      const { code } = transformSync(source, { loader: "ts" })
      fs.writeFileSync(path.join(to, file.replace(/ts$/, "js")), code.replaceAll('.ts"', '.js"'))
    }
  }
}

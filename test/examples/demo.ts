import { type SpawnOptions, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

export const root = path.resolve(import.meta.dirname, "../..")

export const demoArgs: ReadonlyArray<string> = [
  "--conditions=effect-futures-source",
  path.join(root, "examples/analyse-folder/main.ts")
]

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A run of a program, whose output may be looked at while it runs. */
export class Run {
  stdout = ""
  stderr = ""
  readonly ended: Promise<Ended>
  readonly #child
  readonly #waiting = new Set<() => void>()

  constructor(command: string, args: ReadonlyArray<string>, options: SpawnOptions = {}) {
    this.#child = spawn(command, args, { cwd: root, ...options, stdio: ["ignore", "pipe", "pipe"] })
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => this.#wrote((this.stdout += text)))
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => this.#wrote((this.stderr += text)))
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject)
      this.#child.once("close", (code, signal) => {
        resolve({ code, signal, stdout: this.stdout, stderr: this.stderr })
        this.#wrote("")
      })
    })
  }

  #wrote(_text: string): void {
    for (const look of this.#waiting) look()
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** Waits until it has written something that matches. */
  until(pattern: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      const look = () => {
        const isFound = pattern.test(this.stdout) || pattern.test(this.stderr)
        if (!isFound && this.#child.exitCode === null && this.#child.signalCode === null) return
        this.#waiting.delete(look)
        if (isFound) resolve()
        else reject(new Error(`It ended without ${pattern}:\n${this.stdout}${this.stderr}`))
      }
      this.#waiting.add(look)
      look()
    })
  }
}

export const startDemo = (args: ReadonlyArray<string>, options?: SpawnOptions): Run =>
  new Run(process.execPath, [...demoArgs, ...args], options)

export const runDemo = (args: ReadonlyArray<string>, options?: SpawnOptions): Promise<Ended> =>
  startDemo(args, options).ended

/** A folder with files of these contents, gone when disposed of. */
export const temporaryFolder = (files: Readonly<Record<string, string | Uint8Array>> = {}) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "analyse-folder-"))
  for (const [name, contents] of Object.entries(files)) {
    const file = path.join(folder, name)
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, contents)
  }
  return {
    folder,
    in: (name: string) => path.join(folder, name),
    [Symbol.dispose]: () => fs.rmSync(folder, { recursive: true, force: true })
  }
}

import { spawn } from "node:child_process"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "vitest"
import { inFolder, isAlive, until } from "../process/support/processes.ts"

const program = fileURLToPath(new URL("./parentProgram.ts", import.meta.url))

/** Programs that end in the middle of a call leave no worker of this kind. */
export const parentFaults = (kind: "ThreadExecutor" | "ProcessExecutor"): void => {
  describe(`${kind}: a program that ends`, () => {
    for (const step of ["writing the argument", "reading the result", "reading the error"]) {
      for (const [fault, expected] of [
        ["exits", [3, null] as Array<unknown>],
        ["crashes", [null, "SIGKILL"] as Array<unknown>]
      ] as const) {
        it(`as it ${fault} while ${step} leaves no worker`, () =>
          inFolder(async (folder) => {
            const file = path.join(folder, "pids")
            const parent = spawn(process.execPath, [...process.execArgv, program, kind, step, fault, file], {
              stdio: ["ignore", "ignore", "inherit"]
            })
            assert.deepStrictEqual(await once(parent, "exit"), expected)
            const pids = fs.readFileSync(file, "utf8").split("\n").map(Number)
            assert.isAbove(pids.length, 0)
            await until(() => !pids.some(isAlive))
          }))
      }
    }
  })
}

import { it } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import type { SqlClient } from "effect/sql/SqlClient"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { Machine, type MachineOptions } from "../processes/Machine.ts"
import type { Database } from "./databases.ts"

let made = 0

/** The tools of a test's body. */
export interface Surroundings {
  readonly name: string
  /** Where tasks note that they have begun. */
  readonly log: string
  /** The file that tasks wait for. */
  readonly file: string
  readonly letGo: Effect.Effect<void>
  readonly machine: (options?: Omit<MachineOptions, "name" | "place">) => Effect.Effect<Machine, never, Scope.Scope>
}

/** Makes tests of machines in processes of their own, which share the database and a folder. */
export const machineTest =
  ({ layer, place }: Database, lease: MachineOptions["lease"]) =>
  (title: string, body: (surroundings: Surroundings) => Effect.Effect<void, unknown, Scope.Scope | SqlClient>): void =>
    it.live(title, () =>
      Effect.scoped(
        Effect.gen(function* () {
          const folder = yield* Effect.acquireRelease(
            Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "durable-"))),
            (each) => Effect.sync(() => fs.rmSync(each, { recursive: true, force: true }))
          )
          const name = `machines-${process.pid}-${++made}`
          const file = path.join(folder, "go")
          yield* body({
            name,
            log: path.join(folder, "log"),
            file,
            letGo: Effect.sync(() => fs.writeFileSync(file, "")),
            machine: (options) => Machine.start({ name, place: place(), lease, pollInterval: "100 millis", ...options })
          })
        })
      ).pipe(Effect.provide(layer()))
    )

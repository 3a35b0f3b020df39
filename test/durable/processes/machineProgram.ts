// A machine in a process of its own: `node machineProgram.ts '{ "place": ..., "name": ..., ... }'`
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { FiberExecutor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { ThreadExecutor } from "effect-futures/node"
import { layerOf } from "../support/layerOf.ts"
import type { MachineOptions } from "./Machine.ts"
import { OldFar } from "./oldTasks.ts"
import { Far } from "./tasks.ts"

// The options that the test passes to this program.
const options = JSON.parse(process.argv[2]!) as MachineOptions
const { clockAhead = 0, host, isOld = false, place, ...rest } = options

if (clockAhead > 0) {
  const now = Date.now
  Date.now = () => now() + clockAhead
}

const hosts = {
  fibers: FiberExecutor.layer({ maxWorkers: 4 }),
  threads: ThreadExecutor.layer({ maxWorkers: 2, grace: "100 millis" })
}

const machine = DurableExecutor.worker({ ...rest, modules: [isOld ? OldFar : Far] }).pipe(
  Layer.provide(hosts[host ?? "fibers"]),
  Layer.provide(layerOf(place)),
  Layer.tap(() => Effect.sync(() => process.send?.("ready")))
)

NodeRuntime.runMain(Layer.launch(machine))

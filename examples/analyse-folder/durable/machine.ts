/** A process that analyses files for the database in a file, until it is told to end: `node machine.ts FILE NAME`. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Layer } from "effect"
import { DurableExecutor } from "effect-futures/durable"
import { ThreadExecutor } from "effect-futures/node"
import { Analyses } from "../Analysis.ts"
import { Poison } from "../Poison.ts"

const [filename = "tasks.db", name = "machine"] = process.argv.slice(2)

const machine = DurableExecutor.worker({
  name: "analyse",
  machine: name,
  modules: [Analyses, Poison],
  // The lease is short: the tasks of the process that is killed wait for its end.
  lease: "2 seconds"
}).pipe(Layer.provide(ThreadExecutor.layer()), Layer.provide(DurableExecutor.layerSqlite({ filename })))

NodeRuntime.runMain(Layer.launch(machine))

import { ThreadExecutor } from "effect-futures/node"
import type { Contender } from "../Contender.ts"
import { startStreams } from "./executorStreams.ts"
import { streamContender } from "./StreamSource.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "threads",
  ...streamContender(() => startStreams(ThreadExecutor.make({ maxWorkers: 1 })))
}

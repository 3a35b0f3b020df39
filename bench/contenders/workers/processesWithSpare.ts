import { ProcessExecutor } from "effect-futures/node"
import type { Contender } from "../Contender.ts"
import { startExecutor } from "./executorPool.ts"
import { poolContender } from "./poolContender.ts"

const start = (size: number) => startExecutor(ProcessExecutor.make({ minWorkers: size, maxWorkers: size, spares: 1 }))

/** An executor with a spare process that was started in advance. */
export const contender: Contender = {
  module: import.meta.url,
  name: "ours, spares: 1",
  isSetting: true,
  ...poolContender(start, ["burst", "sequential", "startup", "scaling", "clone", "transfer", "transferMean", "whole"])
}

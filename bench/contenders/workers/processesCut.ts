import { ProcessExecutor } from "effect-futures/node"
import type { Contender } from "../Contender.ts"
import { startExecutor } from "./executorPool.ts"
import { poolContender } from "./poolContender.ts"

const start = (size: number) =>
  startExecutor(ProcessExecutor.make({ minWorkers: size, maxWorkers: size, preempt: "inspector" }))

/** An executor whose stuck processes are cut, and not killed. */
export const contender: Contender = {
  module: import.meta.url,
  name: 'ours, preempt: "inspector"',
  isSetting: true,
  ...poolContender(start, ["scaling", "clone", "transfer", "transferMean"])
}

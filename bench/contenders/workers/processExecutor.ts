import { ProcessExecutor } from "effect-futures/node"
import type { Contender } from "../Contender.ts"
import { startExecutor } from "./executorPool.ts"
import { poolContender } from "./poolContender.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "effect-futures",
  ...poolContender(
    (size) => startExecutor(ProcessExecutor.make({ minWorkers: size, maxWorkers: size })),
    ["transfer", "transferMean"]
  )
}

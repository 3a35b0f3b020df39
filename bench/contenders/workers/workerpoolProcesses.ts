import type { Contender } from "../Contender.ts"
import { poolContender } from "./poolContender.ts"
import { startWorkerpool } from "./workerpoolPool.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "workerpool",
  rounds: { recovery: 3, spinners: 1 },
  ...poolContender((processes) => startWorkerpool(processes, "process"), ["transfer", "transferMean"])
}

import type { Contender } from "../Contender.ts"
import { poolContender } from "./poolContender.ts"
import { startTinypool } from "./tinypoolPool.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "tinypool",
  ...poolContender((processes) => startTinypool(processes, "child_process"), ["transfer", "transferMean"])
}

import type { Contender } from "../Contender.ts"
import { poolContender } from "./poolContender.ts"
import { startTinypool } from "./tinypoolPool.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "tinypool",
  ...poolContender((threads) => startTinypool(threads, "worker_threads"))
}

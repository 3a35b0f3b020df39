import type { Contender } from "../Contender.ts"
import { startPiscina } from "./piscinaPool.ts"
import { settingCannot, poolContender } from "./poolContender.ts"

/** Piscina with `concurrentTasksPerWorker: 8`: tasks are handed to a worker before it has done those that it has. */
export const contender: Contender = {
  module: import.meta.url,
  name: "piscina, 8 a worker",
  isSetting: true,
  ...poolContender((threads) => startPiscina(threads, 8), settingCannot)
}

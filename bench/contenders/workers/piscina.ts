import type { Contender } from "../Contender.ts"
import { startPiscina } from "./piscinaPool.ts"
import { poolContender } from "./poolContender.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "piscina",
  ...poolContender((threads) => startPiscina(threads))
}

import type { Contender } from "../Contender.ts"
import { explorer } from "./explorer.ts"

export const contender: Contender = {
  module: import.meta.url,
  name: "auto",
  probes: explorer("auto")
}

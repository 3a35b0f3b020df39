import { ThreadExecutor } from "effect-futures/node"
import type { Contender } from "../Contender.ts"
import { startStreams } from "./executorStreams.ts"
import { streamContender } from "./StreamSource.ts"

const { close, probes } = streamContender(() => startStreams(ThreadExecutor.make({ maxWorkers: 1 }), { buffer: 1024 }))
const { elements } = probes

/** A stream with more room for small elements. */
export const contender: Contender = {
  module: import.meta.url,
  name: "threads, 1,024 ahead",
  isSetting: true,
  probes: elements === undefined ? {} : { elements },
  close
}

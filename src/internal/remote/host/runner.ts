import { requireNow } from "../requireNow.ts"
import type { RunnerOptions } from "./CallRunner.ts"
import type * as Module from "./EffectCalls.ts"
import { TaskRunner } from "./TaskRunner.ts"

/** For a worker that finds its runner by the URL of a file: this one. `emit` sends what is for `TelemetrySink.receive`. */
export const makeRunner = (
  emit: (message: unknown) => void,
  { sharesMemory, wantsEffects }: RunnerOptions
): TaskRunner =>
  new TaskRunner({
    loadEffects: () => {
      const { makeEffectCalls } = requireNow(import.meta.url, "./EffectCalls") as typeof Module
      return makeEffectCalls(emit, sharesMemory)
    },
    wantsEffects,
    sharesMemory
  })

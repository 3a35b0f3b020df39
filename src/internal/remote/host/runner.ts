import { requireNow } from "../requireNow.ts"
import type { RunnerOptions } from "./CallRunner.ts"
import type * as Module from "./EffectCalls.ts"
import { TaskRunner } from "./TaskRunner.ts"

/** The default runner of a worker. `emit` sends messages for `TelemetrySink.receive`. */
export const makeRunner = (
  emit: (message: unknown) => void,
  { sharesMemory, wantsEffects }: RunnerOptions
): TaskRunner =>
  new TaskRunner({
    loadEffects: () => {
      const { EffectCalls } = requireNow(import.meta.url, "./EffectCalls") as typeof Module
      return new EffectCalls(emit)
    },
    wantsEffects,
    sharesMemory
  })

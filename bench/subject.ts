import type { Contender } from "./contenders/Contender.ts"
import { collectGarbage } from "./heap.ts"
import type { Job } from "./Job.ts"
import { stopwatch } from "./stopwatch.ts"
import { mean } from "./summarize.ts"

/** A contender, loaded and ready to be measured. */
export interface Subject {
  readonly warmUp: () => Promise<void>
  readonly measure: () => Promise<number>
  readonly stop: () => Promise<void>
}

export const loadSubject = async ({ module, probe: name, size, warmUp, roundMillis }: Job): Promise<Subject> => {
  const { contender } = (await import(module)) as { readonly contender: Contender }
  const probe = contender.probes[name]
  if (probe === undefined) throw new Error(`${contender.name} cannot do "${name}".`)
  if (warmUp !== undefined) kept.push(contender.keep?.())

  collectGarbage()

  const repeat = async (size: number, millis: number): Promise<number> => {
    const values: Array<number> = []
    const elapsed = stopwatch()
    do {
      values.push(await probe(size))
    } while (elapsed() < millis)
    // Before the next round, and so that the memory is free while others have their turns.
    collectGarbage()
    return mean(values)
  }

  return {
    warmUp: async () => {
      if (warmUp !== undefined) await repeat(Math.max(1, Math.min(size, warmUp.size)), warmUp.millis)
    },
    measure: () => repeat(size, roundMillis),
    stop: async () => contender.close?.()
  }
}

// Exported, so that it is not collected.
export const kept: Array<unknown> = []

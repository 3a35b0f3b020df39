import { describe } from "@effect/vitest"
import type { Executor } from "effect-futures"
import { capacityBehaviour } from "./capacity.ts"
import { eachBehaviour } from "./each.ts"
import { eventsBehaviour } from "./events.ts"
import { forEachBehaviour } from "./forEach.ts"
import { groupBehaviour } from "./group.ts"
import { groupFailureBehaviour } from "./groupFailure.ts"
import { inspectBehaviour } from "./inspect.ts"
import type { Kind } from "./Kind.ts"
import { keyedBehaviour } from "./keyed.ts"
import { limitsBehaviour } from "./limits.ts"
import { makeBehaviour } from "./make.ts"
import { mapBehaviour } from "./map.ts"
import { mapEndsBehaviour } from "./mapEnds.ts"
import { runPromiseBehaviour } from "./runPromise.ts"
import { reportBehaviour } from "./report.ts"
import { rateBehaviour } from "./rate.ts"
import { seeingBehaviour } from "./seeing.ts"
import { shutdownBehaviour } from "./shutdown.ts"
import { streamBehaviour } from "./stream.ts"
import { submitBehaviour } from "./submit.ts"
import { timeoutBehaviour } from "./timeout.ts"
import { ttlBehaviour } from "./ttl.ts"

type Part = <X extends Executor.Failure>(kind: Kind<X>) => void

/** Parts that depend on how a worker is started and ended, and on what goes to it and comes from it. */
const ofTransport: ReadonlyArray<Part> = [
  makeBehaviour,
  submitBehaviour,
  timeoutBehaviour,
  shutdownBehaviour,
  streamBehaviour,
  reportBehaviour
]

/** Other parts that involve a worker. */
const ofWorkers: ReadonlyArray<Part> = [mapBehaviour, runPromiseBehaviour, limitsBehaviour]

/** Parts that are decided before a worker has the task, or after that. */
const ofEngine: ReadonlyArray<Part> = [
  capacityBehaviour,
  mapEndsBehaviour,
  eachBehaviour,
  forEachBehaviour,
  ttlBehaviour,
  groupBehaviour,
  groupFailureBehaviour,
  inspectBehaviour,
  eventsBehaviour,
  keyedBehaviour,
  rateBehaviour,
  seeingBehaviour
]

const parts = { transport: ofTransport, workers: ofWorkers, engine: ofEngine } as const

export type PartName = keyof typeof parts

/**
 * The behaviour of executors of every kind, with the tasks of `tasks.ts`: these get what they need as arguments,
 * and wait at gates for the test. So they may run in another thread or process. For kinds whose workers take long to start,
 * `npm test` has some parts of the table, and the soak tests have the others.
 */
export const behaviour = <X extends Executor.Failure>(
  name: string,
  kind: Kind<X>,
  names: ReadonlyArray<PartName> = ["transport", "workers", "engine"]
): void => {
  describe(name, () => {
    for (const part of names.flatMap((each) => parts[each]))
      if (kind.hearsAll !== false || part !== reportBehaviour) part(kind)
  })
}

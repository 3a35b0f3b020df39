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

/**
 * What holds for executors of every kind, with the tasks of `tasks.ts`: those get what they need to know as
 * arguments, and wait at gates for the test. So they may run in another thread or process.
 */
export const behaviour = <X extends Executor.Failure>(name: string, kind: Kind<X>): void => {
  describe(name, () => {
    makeBehaviour(kind)
    submitBehaviour(kind)
    capacityBehaviour(kind)
    timeoutBehaviour(kind)
    mapBehaviour(kind)
    mapEndsBehaviour(kind)
    eachBehaviour(kind)
    forEachBehaviour(kind)
    runPromiseBehaviour(kind)
    ttlBehaviour(kind)
    shutdownBehaviour(kind)
    streamBehaviour(kind)
    if (kind.hearsAll !== false) reportBehaviour(kind)
    groupBehaviour(kind)
    groupFailureBehaviour(kind)
    inspectBehaviour(kind)
    eventsBehaviour(kind)
    limitsBehaviour(kind)
    keyedBehaviour(kind)
    rateBehaviour(kind)
    seeingBehaviour(kind)
  })
}

import { Effect } from "effect"
import { Executor } from "effect-futures"
import { socketGate } from "../../behaviour/Gate.ts"
import { letOthersRun, submitAll } from "../../behaviour/support.ts"
import { names } from "../remoteExecutors/support.ts"

/** Shows that all workers work: as many tasks as there may be meet at one place. Gives the number of workers. */
export const meetAtOnce = (executor: Executor.Executor<Executor.Failure>, count: number) =>
  Effect.gen(function* () {
    const gate = yield* socketGate
    const futures = yield* submitAll(executor, gate, names("meets", count))
    yield* gate.untilArrived(count)
    const { workers } = yield* Executor.stats(executor)
    yield* gate.open
    for (const future of futures) yield* future
    // A worker is given back at the end of the turn.
    yield* letOthersRun
    return workers
  })

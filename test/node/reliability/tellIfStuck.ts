import { Effect } from "effect"
import { Executor } from "effect-futures"
import type { Storm } from "./storm.ts"

/** Several times as long as a storm takes on a busy machine. */
const tooLong = "150 seconds"

/** A storm that hangs would be ended by a time limit, which says nothing of what it waits for. */
export const tellIfStuck = (storm: Storm) =>
  Effect.forkScoped(
    Effect.gen(function* () {
      yield* Effect.sleep(tooLong)
      const left = storm.seen.filter(({ isDone }) => !isDone)
      const lines = left
        .slice(0, 50)
        .map(({ isStopped, look, name, sort }) => `${name}: ${sort.name}, ${look.state}, stopped: ${isStopped}`)
      const stats = JSON.stringify(yield* Executor.stats(storm.executor))
      console.error(
        [`After ${tooLong} ${left.length} of ${storm.seen.length} have not ended, ${stats}`, ...lines].join("\n")
      )
    })
  )

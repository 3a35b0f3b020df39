/** Does a million small tasks on threads, and prints what this process has in use after each tenth of them. */
import * as Effect from "effect/Effect"
import { ThreadExecutor } from "effect-futures/node"
import { setTimeout as sleep } from "node:timers/promises"
import { Tasks } from "../behaviour/tasks.ts"

const tenth = Number(process.argv[2]) / 10
const atOnce = 1000

const inUse = async () => {
  for (let i = 0; i < 3; i++) {
    globalThis.gc!()
    await sleep(20)
  }
  const { arrayBuffers, external, heapUsed, rss } = process.memoryUsage()
  console.log(JSON.stringify({ arrayBuffers, external, heapUsed, rss }))
}

const program = Effect.gen(function* () {
  const executor = yield* ThreadExecutor.make({ maxWorkers: 2, resourceLimits: { maxYoungGenerationSizeMb: 4 } })
  for (let round = 0; round < 10; round++) {
    for (let done = 0; done < tenth; done += atOnce) {
      const futures = yield* Effect.replicateEffect(executor.submit(Tasks.nothing()), atOnce)
      for (const future of futures) yield* future
    }
    yield* Effect.promise(inUse)
  }
})

await Effect.runPromise(Effect.scoped(program))

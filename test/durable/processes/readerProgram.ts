// A program that reads a stream without an end: `node readerProgram.ts PLACE NAME LOG`
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Executor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { layerOf } from "../support/layerOf.ts"
import { Far } from "./tasks.ts"

const [place = "", name = "", log = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const durable = yield* DurableExecutor.make({ name })
  const numbers = Executor.stream(durable, Far.count(log, 1_000_000, 5))
  yield* Stream.runForEach(numbers, (n) => Effect.sync(() => n === 1 && process.send?.("reads")))
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(layerOf(place))))

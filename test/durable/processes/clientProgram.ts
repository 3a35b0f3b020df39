// A program that submits one task and goes on: `node clientProgram.ts PLACE NAME LOG FILE`
import * as Effect from "effect/Effect"
import { DurableExecutor } from "effect-futures/durable"
import { layerOf } from "../support/layerOf.ts"
import { Far } from "./tasks.ts"

const [place = "", name = "", log = "", file = ""] = process.argv.slice(2)

const program = Effect.gen(function* () {
  const durable = yield* DurableExecutor.make({ name })
  const future = yield* durable.submit(Far.noteAndWait(log, "it", file), { key: "it" })
  yield* Effect.sync(() => process.send?.("submitted"))
  yield* future
})

await Effect.runPromise(Effect.scoped(program).pipe(Effect.provide(layerOf(place))))

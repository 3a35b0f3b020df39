import { Effect } from "effect"
import { ThreadExecutor } from "effect-futures/node"
import { Poison } from "/tmp/ef3/examples/analyse-folder/Poison.ts"
await Effect.runPromise(Effect.scoped(Effect.gen(function*() {
  for (let i = 0; i < 6; i++) {
  const ex = yield* ThreadExecutor.make({ timeout: "100 millis", maxWorkers: 1 })
  const t = performance.now()
  const f = yield* ex.submit(Poison.analyse(new Uint8Array(0)))
  const e: any = yield* Effect.flip(f)
  console.error(performance.now() - t, e._tag, e.stuckAt.map((f: any) => f.functionName + " " + f.url.replace(/.*\/src/, "") + ":" + f.line))
  }
})))

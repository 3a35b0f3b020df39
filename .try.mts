import { Effect, Stream } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { Trace } from "effect-futures/trace"
import { statSync } from "node:fs"
const program = Effect.gen(function* () {
  const read = yield* FiberExecutor.make({ name: "read", maxWorkers: 4 })
  const parse = yield* FiberExecutor.make({ name: "parse", maxWorkers: 2 })
  const r = yield* Trace.record([read, parse], { file: "/tmp/f/try.pftrace" })
  const t = performance.now()
  const n = yield* Stream.range(1, 2000).pipe(
    Executor.map(read, (n) => Effect.sleep(1).pipe(Effect.as(n))),
    Executor.map(parse, (n) => Effect.sync(() => n * 2)),
    Stream.runCount
  )
  console.log(n, performance.now() - t)
  yield* r.flush
  console.log(yield* r.lost)
})
await Effect.runPromise(Effect.scoped(program))
console.log(statSync("/tmp/f/try.pftrace").size)

/**
 * What it costs to look: `npm run bench:seeing`. Bursts of small tasks, with nobody looking, with metrics, with a recording and with a
 * flight recorder; each round has all of them, in an order that changes, so that what else the machine does is the same for all.
 */
import { Effect, Layer, type Scope } from "effect"
import { Executor, FiberExecutor, Task } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Trace } from "effect-futures/trace"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

export const Numbers = Task.module(import.meta.url, { next: (n: number) => n + 1 }, { id: "bench.seeing" })

type Look = (executor: Executor.Executor<unknown>) => Effect.Effect<unknown, unknown, Scope.Scope>

const looks = (file: string): Readonly<Record<string, Look>> => ({
  nobody: () => Effect.void,
  metrics: (executor) => Layer.build(Executor.metrics(executor)),
  recording: (executor) => Trace.record(executor, { file, bufferSize: 1_000_000 }),
  "flight recorder": (executor) => Trace.flightRecorder(executor, { file })
})

/** Tasks a second. */
const rateOf = <Ex extends Executor.Executor<unknown>>(
  make: Effect.Effect<Ex, unknown, Scope.Scope>,
  submit: (executor: Ex, n: number) => Effect.Effect<unknown, unknown>,
  tasks: number,
  look: Look
) =>
  Effect.gen(function* () {
    const executor = yield* make
    yield* submit(executor, 0)
    yield* Executor.awaitIdle(executor)
    yield* look(executor)
    const start = performance.now()
    for (let n = 0; n < tasks; n++) yield* submit(executor, n)
    yield* Executor.awaitIdle(executor)
    return (1000 * tasks) / (performance.now() - start)
  }).pipe(Effect.scoped)

const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1]!

const compare = Effect.fnUntraced(function* (
  name: string,
  run: (look: Look) => Effect.Effect<number, unknown>,
  rounds: number,
  file: string
) {
  const all = Object.entries(looks(file))
  const rates = new Map(all.map(([look]) => [look, new Array<number>()]))
  for (let round = -1; round < rounds; round++) {
    for (let n = 0; n < all.length; n++) {
      const [look, attach] = all[(n + round + all.length) % all.length]!
      globalThis.gc?.()
      const rate = yield* run(attach)
      // The first round is for warming up.
      if (round >= 0) rates.get(look)!.push(rate)
    }
  }
  const base = median(rates.get("nobody")!)
  console.log(name)
  for (const [look, values] of rates) {
    const rate = median(values)
    console.log(
      `  ${look.padEnd(16)} ${String(Math.round(rate)).padStart(9)} tasks/s  ${((100 * rate) / base - 100).toFixed(1)} %`
    )
  }
})

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-seeing-"))
const file = path.join(folder, "run.pftrace")
const program = Effect.gen(function* () {
  yield* compare(
    "fibers, a burst of 50,000 empty tasks",
    (look) => rateOf(FiberExecutor.make({ maxWorkers: 8 }), (executor) => executor.submit(Effect.void), 50_000, look),
    9,
    file
  )
  yield* compare(
    "threads, a burst of 20,000 tasks that add two numbers",
    (look) =>
      rateOf(ThreadExecutor.make({ maxWorkers: 1 }), (executor, n) => executor.submit(Numbers.next(n)), 20_000, look),
    9,
    file
  )
})

if (process.argv[1] === import.meta.filename) {
  await Effect.runPromise(program)
  fs.rmSync(folder, { recursive: true })
}

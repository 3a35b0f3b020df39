/**
 * What it costs to look: `npm run bench:seeing`. Bursts of small tasks, with nobody looking, with metrics, with a recording and with a
 * flight recorder; each round has all of them, in an order that changes, so that what else the machine does is the same for all.
 *
 * What counts is the processor time of the program's thread, which limits the rate of a burst. It hardly depends on what else goes on. A recording
 * has a thread of its own besides, which needs a core that is free.
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

interface Cost {
  /** Microseconds of the program's thread for each task. */
  readonly own: number
  /** Of all of its threads. */
  readonly all: number
}

const costOf = <Ex extends Executor.Executor<unknown>>(
  make: Effect.Effect<Ex, unknown, Scope.Scope>,
  submit: (executor: Ex, n: number) => Effect.Effect<unknown, unknown>,
  tasks: number,
  look: Look
): Effect.Effect<Cost, unknown> =>
  Effect.gen(function* () {
    const executor = yield* make
    yield* submit(executor, 0)
    yield* Executor.awaitIdle(executor)
    yield* look(executor)
    const [own, all] = [process.threadCpuUsage(), process.cpuUsage()]
    for (let n = 0; n < tasks; n++) yield* submit(executor, n)
    yield* Executor.awaitIdle(executor)
    const [ownUsed, allUsed] = [process.threadCpuUsage(own), process.cpuUsage(all)]
    return { own: (ownUsed.user + ownUsed.system) / tasks, all: (allUsed.user + allUsed.system) / tasks }
  }).pipe(Effect.scoped)

/** What else the machine does only adds to it. */
const least = (values: ReadonlyArray<number>): number => Math.min(...values)

const compare = Effect.fnUntraced(function* (
  name: string,
  run: (look: Look) => Effect.Effect<Cost, unknown>,
  rounds: number,
  file: string
) {
  const all = Object.entries(looks(file))
  const costs = new Map(all.map(([look]) => [look, new Array<Cost>()]))
  for (let round = -2; round < rounds; round++) {
    for (let n = 0; n < all.length; n++) {
      const [look, attach] = all[(n + round + 2) % all.length]!
      globalThis.gc?.()
      const cost = yield* run(attach)
      // The first rounds are for warming up.
      if (round >= 0) costs.get(look)!.push(cost)
    }
  }
  const base = least(costs.get("nobody")!.map(({ own }) => own))
  console.log(name)
  for (const [look, values] of costs) {
    const own = least(values.map((cost) => cost.own))
    const total = least(values.map((cost) => cost.all))
    const rate = `${((100 * base) / own - 100).toFixed(1)} %`
    console.log(
      `  ${look.padEnd(16)} ${own.toFixed(2).padStart(7)} µs  rate ${rate.padStart(7)}  all threads ${total.toFixed(2)} µs`
    )
  }
})

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-seeing-"))
const file = path.join(folder, "run.pftrace")
const program = Effect.gen(function* () {
  yield* compare(
    "fibers, a burst of 20,000 empty tasks",
    (look) => costOf(FiberExecutor.make({ maxWorkers: 8 }), (executor) => executor.submit(Effect.void), 10_000, look),
    13,
    file
  )
  yield* compare(
    "threads, a burst of 10,000 tasks that add two numbers",
    (look) =>
      costOf(ThreadExecutor.make({ maxWorkers: 1 }), (executor, n) => executor.submit(Numbers.next(n)), 10_000, look),
    13,
    file
  )
})

if (process.argv[1] === import.meta.filename) {
  await Effect.runPromise(program)
  fs.rmSync(folder, { recursive: true })
}

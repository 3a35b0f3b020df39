/**
 * The cost of observing: `npm run bench:seeing`. Bursts of small tasks, with somebody looking and without, in turn, in one process for each way to
 * look: what the machine does besides is the same for both, and code that only one of them needs is compiled for that one. Three bursts are measured
 * at a time. By the clock, the median of them counts.
 *
 * What is printed by the clock is how much more the quickest burst of each kind took. What else a machine does only adds to a burst. Of the
 * processor, for the program's thread and for all threads, it is how much more all bursts took together: the system counts that in steps of up
 * to four milliseconds, a sixth of a burst. The median of all pairs is in brackets.
 */
import { Effect, Layer, type Scope } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Trace } from "effect-futures/trace"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { work } from "./contenders/workload.ts"
import { Functions } from "./contenders/workers/tasks.ts"
import { pair } from "./contenders/workers/WorkerPool.ts"

type Look = (executor: Executor.Executor<unknown>, file: string) => Effect.Effect<unknown, unknown, Scope.Scope>

const looks: Readonly<Record<string, Look>> = {
  nobody: () => Effect.void,
  metrics: (executor) => Layer.build(Executor.metrics(executor)),
  recording: (executor, file) => Trace.record(executor, { file, bufferSize: 1_000_000 }),
  "flight recorder": (executor, file) => Trace.flightRecorder(executor, { file })
}

/** Microseconds for each task. */
interface Cost {
  readonly wall: number
  /** Of the program's thread. */
  readonly own: number
  /** Of all of its threads. */
  readonly all: number
}

const measures = ["wall", "own", "all"] as const

const burstsAtATime = 3

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

const least = (values: ReadonlyArray<number>): number => Math.min(...values)

const sum = (values: ReadonlyArray<number>): number => values.reduce((total, value) => total + value, 0)

/** The figure for all bursts of a kind. */
const totals = { wall: least, own: sum, all: sum } as const

type Burst = (look: Look, file: string) => Effect.Effect<Cost, unknown>

const burst = <Ex extends Executor.Executor<unknown>>(
  make: Effect.Effect<Ex, unknown, Scope.Scope>,
  submit: (executor: Ex, n: number) => Effect.Effect<unknown, unknown>,
  tasks: number
): Effect.Effect<Burst, unknown, Scope.Scope> =>
  Effect.map(make, (executor) => (look, file) => {
    const run = Effect.gen(function* () {
      for (let n = 0; n < tasks; n++) yield* submit(executor, n)
      yield* Executor.awaitIdle(executor)
      const { failed } = yield* Executor.stats(executor)
      if (failed > 0) return yield* Effect.die(new Error(`${failed} tasks have failed`))
    })
    return Effect.gen(function* () {
      yield* look(executor, file)
      // A collection throws away the compiled code of objects of which there are none at the moment: so it comes before the burst that has all of
      // it compiled again. What looks is at work by then, too: how long a recording takes to start is measured by itself.
      globalThis.gc?.()
      yield* run
      const walls: Array<number> = []
      const [own, all] = [process.threadCpuUsage(), process.cpuUsage()]
      for (let n = 0; n < burstsAtATime; n++) {
        const start = performance.now()
        yield* run
        walls.push((1000 * (performance.now() - start)) / tasks)
      }
      const perTask = ({ system, user }: NodeJS.CpuUsage) => (user + system) / (burstsAtATime * tasks)
      const [ownUsed, allUsed] = [process.threadCpuUsage(own), process.cpuUsage(all)]
      return { wall: median(walls), own: perTask(ownUsed), all: perTask(allUsed) }
    }).pipe(Effect.scoped)
  })

const bursts = {
  "fibers, a burst of 20,000 empty tasks": {
    burst: burst(FiberExecutor.make({ maxWorkers: 8 }), (executor) => executor.submit(Effect.void), 20_000),
    pairs: 20
  },
  "fibers, a burst of 20,000 tasks with a promise": {
    burst: burst(
      FiberExecutor.make({ maxWorkers: 8 }),
      (executor, n) => executor.submit(Effect.promise(() => work(n))),
      20_000
    ),
    pairs: 14
  },
  "threads, a burst of 20,000 tasks that add two numbers": {
    burst: burst(
      ThreadExecutor.make({ maxWorkers: 1 }),
      (executor, n) => executor.submit(Functions.add(pair(n))),
      20_000
    ),
    pairs: 10
  }
}

const percent = (ratio: number): string => `${(100 * ratio - 100).toFixed(1)} %`

const compare = Effect.fnUntraced(function* (run: Burst, pairs: number, look: string, file: string) {
  const costs: Array<readonly [without: Cost, having: Cost]> = []
  for (let n = -3; n < pairs; n++) {
    const isFirst = n % 2 === 0
    const first = yield* run(looks[isFirst ? "nobody" : look]!, file)
    const second = yield* run(looks[isFirst ? look : "nobody"]!, file)
    // The first pairs are for warming up.
    if (n >= 0) costs.push(isFirst ? [first, second] : [second, first])
  }
  const of = (which: 0 | 1, measure: keyof Cost) => costs.map((pair) => pair[which][measure])
  const cells = measures.map((measure) => {
    const middle = median(costs.map(([without, having]) => having[measure] / without[measure]))
    const more = totals[measure](of(1, measure)) / totals[measure](of(0, measure))
    return `${measure} ${percent(more).padStart(7)} (${percent(middle)})`
  })
  const [without, having] = [least(of(0, "wall")), least(of(1, "wall"))]
  console.log(`  ${look.padEnd(16)} ${cells.join("  ")}  ${without.toFixed(2)} to ${having.toFixed(2)} µs`)
})

const runOne = (name: string, look: string): Effect.Effect<void, unknown> => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bench-seeing-"))
  const { burst, pairs } = bursts[name as keyof typeof bursts]
  return Effect.flatMap(burst, (run) => compare(run, pairs, look, path.join(folder, "run.pftrace"))).pipe(
    Effect.scoped,
    Effect.ensuring(Effect.sync(() => fs.rmSync(folder, { recursive: true })))
  )
}

const runAll = (): void => {
  for (const name of Object.keys(bursts)) {
    console.log(`${name}: how much more than without`)
    for (const look of Object.keys(looks)) {
      spawnSync(process.execPath, [...process.execArgv, import.meta.filename, name, look], { stdio: "inherit" })
    }
  }
}

if (process.argv[1] === import.meta.filename) {
  const [name, look] = process.argv.slice(2)
  if (name === undefined || look === undefined) runAll()
  else await Effect.runPromise(runOne(name, look))
}

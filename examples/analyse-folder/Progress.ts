import { Clock, Effect } from "effect"
import { Executor } from "effect-futures"
import { inBytes, inCount, inNumbers, inPercent, inTime, printable, shortened } from "./format.ts"
import type { StageMeter } from "./StageMeter.ts"
import type { Stages } from "./stages.ts"
import { table } from "./table.ts"
import type { Tally } from "./Tally.ts"

/** The state of an analysis at one moment. */
export interface Progress {
  readonly done: number
  readonly found: number
  readonly isAllFound: boolean
  readonly failures: number
  readonly size: number
  readonly millis: number
  /** The time of this state: milliseconds since 1970. */
  readonly now: number
  readonly stages: ReadonlyArray<Stage>
  /** Large files that are being analysed. */
  readonly underWay: ReadonlyArray<LargeFile>
}

interface LargeFile {
  readonly path: string
  /** The share that is done, from 0 to 1. */
  readonly part: number
}

interface Stage {
  readonly name: string
  readonly running: number
  readonly pending: number
  readonly meter: StageMeter
}

export interface Watched {
  /** Stages in the order in which a file passes them. */
  readonly meters: ReadonlyArray<StageMeter>
  readonly tally: Tally
  readonly stages: Stages
  readonly startedAt: number
}

export const observe = Effect.fnUntraced(function* ({ meters, tally, stages, startedAt }: Watched) {
  const now = yield* Clock.currentTimeMillis
  const progress: Progress = {
    done: tally.done,
    found: tally.found,
    isAllFound: tally.isAllFound,
    failures: tally.failures.length,
    size: tally.totals.size,
    millis: now - startedAt,
    now,
    stages: yield* Effect.forEach(Object.values(stages), (executor, index) => stageOf(executor, meters[index]!)),
    underWay: Array.from(tally.underWay, ([path, part]) => ({ path, part }))
  }
  return progress
})

const stageOf = (executor: Executor.Executor<unknown>, meter: StageMeter): Effect.Effect<Stage> =>
  Effect.map(Executor.stats(executor), ({ running, pending }) => ({ name: executor.name, running, pending, meter }))

/** A short line, for a log. */
export const asLine = (progress: Progress): string =>
  [
    `${files(progress)}, ${inBytes(progress.size)}, ${speed(progress)}`,
    ...stages(progress),
    ...largeFiles(progress),
    ...failures(progress)
  ].join(" | ")

/** The columns of a terminal that the table needs. */
const wideEnough = 90
/** Workers of the last stage that are shown, at most. */
const workersShown = 8

/**
 * A table for a terminal that is large enough: the bar, what each stage does, and what each worker of the last one is at. On a low one, its
 * first lines would be out of reach when it is drawn again.
 */
export const asTable = (progress: Progress, columns: number, rows: number): ReadonlyArray<string> => {
  const small = asBar(progress, columns).slice(0, Math.max(1, rows - 1))
  const [bar = ""] = small
  if (columns < wideEnough) return small
  const lines = [
    bar,
    "",
    ...stageTable(progress),
    ...workers(progress, columns),
    ...largeFiles(progress).map((line) => `  ${line}`)
  ]
  return lines.length < rows ? lines.map((line) => line.slice(0, columns - 1)) : small
}

const stageTable = ({ millis, stages }: Progress): ReadonlyArray<string> =>
  table("lrrrrrrr", [
    ["  stage", "running", "waiting", "done", "per second", "mean wait", "mean run", "failed"],
    ...stages.map(({ meter, name, pending, running }) => {
      const done = meter.tasks - meter.running.size
      return [
        `  ${name}`,
        `${running} of ${meter.maxWorkers}`,
        inNumbers(pending),
        inNumbers(done),
        inNumbers(Math.round((1000 * done) / Math.max(1, millis))),
        done === 0 ? "" : inTime(meter.waitMillis / done),
        done === 0 ? "" : inTime(meter.workMillis / done),
        inNumbers(meter.failed + meter.timedOut)
      ]
    })
  ])

const workers = ({ now, stages }: Progress, columns: number): ReadonlyArray<string> => {
  const meter = stages.at(-1)?.meter
  if (meter === undefined) return []
  const running = Array.from(meter.running.values()).toSorted((a, b) => a.worker - b.worker)
  return [
    "",
    ...running
      .slice(0, workersShown)
      .map(
        ({ name, startedAt, worker }) =>
          `  ${meter.name} ${worker}: ${inTime(Math.max(0, now - startedAt)).padStart(7)}  ${shortened(printable(name), columns - 30)}`
      )
  ]
}

/** A bar for a terminal. No line fills the width: from a line that wraps, the cursor does not find back to its start. */
export const asBar = (progress: Progress, columns: number): ReadonlyArray<string> => {
  const done = progress.found === 0 ? 0 : progress.done / progress.found
  const figures = [files(progress), inBytes(progress.size).padStart(8), speed(progress).padStart(10)].join("  ")
  const percent = `${Math.floor(100 * done)} %`.padStart(5)
  const width = Math.max(0, Math.min(40, columns - percent.length - figures.length - 5))
  const filled = Math.round(width * done)
  return [
    `${percent} ${"█".repeat(filled)}${"░".repeat(width - filled)}  ${figures}`,
    `      ${[...stages(progress), ...failures(progress), ...largeFiles(progress)].join("   ")}`
  ].map((line) => line.slice(0, columns - 1))
}

const files = ({ done, found, isAllFound }: Progress): string =>
  `${inNumbers(done).padStart(inNumbers(found).length)} of ${inNumbers(found)}${isAllFound ? "" : "+"} files`

const speed = ({ size, millis }: Progress): string => `${inBytes((1000 * size) / Math.max(1, millis))}/s`

const stages = (progress: Progress): ReadonlyArray<string> =>
  progress.stages.map(({ name, running, pending }) =>
    running + pending === 0 ? `${name}: idle` : `${name}: ${running} running, ${String(pending).padStart(2)} waiting`
  )

const largeFiles = ({ underWay }: Progress): ReadonlyArray<string> =>
  underWay.map(
    ({ path, part }) => `${printable(shortened(path.slice(path.lastIndexOf("/") + 1), 24))} ${inPercent(part, 1)}`
  )

const failures = ({ failures }: Progress): ReadonlyArray<string> =>
  failures === 0 ? [] : [inCount(failures, "failure")]

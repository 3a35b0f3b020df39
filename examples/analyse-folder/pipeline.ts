import { type ByteSize, Effect, Stream } from "effect"
import { Executor, Future, Task } from "effect-futures"
import { type Analyse, type Analysis, isLarge } from "./Analysis.ts"
import { type FileFailure, notAnalysed } from "./FileFailure.ts"
import { type Contents, read } from "./read.ts"
import type { Stages } from "./stages.ts"
import type { AnalysedFile, Tally } from "./Tally.ts"
import { walk } from "./walk.ts"

export interface Pipeline {
  readonly root: string
  readonly maxSize: ByteSize.ByteSize
  readonly analyse: Analyse
  readonly stages: Stages
  /** The tally is told of everything. */
  readonly tally: Tally
}

/** Contents below this size, in bytes, are copied faster than moved. */
const worthMoving = 64 * 1024

/** The files under `root`, as they get analysed; of those that fail only the tally knows. */
export const pipeline = ({ root, maxSize, analyse, stages, tally }: Pipeline) => {
  const survive = <A, R>(stage: Effect.Effect<A, FileFailure, R>) =>
    stage.pipe(
      Effect.tapError((failure) => tally.failed(failure)),
      Effect.result
    )

  const analyseContents = ({ path, bytes }: Contents) => {
    // The size is taken now: contents that were moved to a thread are empty here.
    const size = bytes.length
    const task = analyse(size < worthMoving ? bytes : Task.transfer(bytes, [bytes.buffer]), path)
    const run = Executor.run(stages.analyse, task, { name: path })
    return (isLarge(size) ? withReports(path, size, task) : run).pipe(
      Effect.map((analysis): AnalysedFile => ({ ...analysis, path, size })),
      Effect.mapError((error) => notAnalysed(path, error))
    )
  }

  /** Runs the analysis, and tells the tally how far it is. */
  const withReports = (path: string, size: number, task: Task.Task<Analysis>) =>
    Effect.acquireUseRelease(
      stages.analyse.submit(task, { name: path }),
      (future) =>
        Future.reports(future).pipe(
          Stream.runForEach((done) => tally.isAt(path, typeof done === "number" ? done / size : 0)),
          // The reports end with the task.
          Effect.andThen(future)
        ),
      (future) => Effect.andThen(Future.cancel(future), tally.noMore(path))
    )

  return walk(stages.walk, root).pipe(
    Stream.tap((listing) => tally.listed(listing)),
    Stream.onEnd(tally.allListed),
    Stream.map((listing) => listing.files),
    Stream.flattenIterable,
    // The walk runs ahead as far as it can: paths are small, and the progress bar wants to know how many there are.
    // Contents are large: from here on each stage runs ahead of the next by a few files only.
    Stream.buffer({ capacity: "unbounded" }),
    Executor.map(stages.read, (path) => survive(read(path, maxSize)), { ordered: false }),
    Stream.filterMap((result) => result),
    // Each file is a run of its own, as `Executor.map` ends with the first failure. A task cannot catch its own timeout as `read` catches
    // its errors, so the timeout is caught here, outside of the task.
    Stream.mapEffect((contents) => survive(analyseContents(contents)), {
      concurrency: 2 * stages.analyse.maxWorkers,
      unordered: true
    }),
    Stream.filterMap((result) => result),
    Stream.tap((file) => tally.analysed(file))
  )
}

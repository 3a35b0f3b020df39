import { Clock, Console, Effect, Exit, Path, Stream } from "effect"
import { Executor } from "effect-futures"
import { Analyses, type Analyse } from "./Analysis.ts"
import { durableAnalysis } from "./durable/durableAnalysis.ts"
import type { Options } from "./options.ts"
import { pipeline } from "./pipeline.ts"
import { poisonFirst } from "./Poison.ts"
import { measure } from "./StageMeter.ts"
import { makeStages } from "./stages.ts"
import { summaryOf } from "./summary.ts"
import { Tally } from "./Tally.ts"
import { withPictures } from "./withPictures.ts"
import { withProgress } from "./withProgress.ts"

/** The whole program, but for where it gets its options from. */
export const analyseFolder = Effect.fn("analyseFolder")(function* (
  options: Options,
  analysis: Analyse = options.isDurable ? (_, file) => Analyses.analyseAt(file) : Analyses.analyse
) {
  const analyse = options.isPoisoned ? poisonFirst(analysis) : analysis
  const path = yield* Path.Path
  const startedAt = yield* Clock.currentTimeMillis
  const tally = new Tally()
  const durable = options.isDurable ? yield* durableAnalysis(options.timeout, tally) : undefined
  const stages = yield* makeStages(options.timeout, durable?.executor)
  const executors = Object.values(stages)
  const measures = yield* Effect.forEach(executors, measure)

  const printSummary = Effect.fnUntraced(function* (isInterrupted: boolean) {
    // An interruption stops what still runs, before the table is made: the end of this scope would do so too late.
    yield* Effect.forEach(executors, Executor.shutdown({ mode: "interrupt" }), { concurrency: "unbounded" })
    const epilogue = durable === undefined ? undefined : yield* durable.epilogue
    const meters = yield* Effect.forEach(measures, ({ final }) => final)
    const millis = (yield* Clock.currentTimeMillis) - startedAt
    yield* Console.log(summaryOf({ path, root: options.folder, tally, meters, millis, isInterrupted }))
    if (epilogue !== undefined) yield* Console.log(`\n${epilogue}`)
  })

  yield* pipeline({ root: options.folder, maxSize: options.maxSize, analyse, stages, tally }).pipe(
    Stream.runDrain,
    withProgress({ meters: measures.map(({ meter }) => meter), tally, stages, startedAt }),
    // A finalizer is not interrupted itself, so the table is printed also when the program is.
    Effect.onExit((exit) => printSummary(Exit.hasInterrupts(exit))),
    withPictures(executors, options)
  )
}, Effect.scoped)

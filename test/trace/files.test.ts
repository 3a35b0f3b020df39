import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Logger } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { Trace, TraceFileError } from "effect-futures/trace"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { modelOf } from "../../src/internal/trace/modelOf.ts"
import { readTrace } from "../../src/internal/trace/readTrace.ts"
import { recordTo, temporaryFolder } from "./support.ts"

const inFolder = <A, E, R>(use: (file: string) => Effect.Effect<A, E, R>) =>
  Effect.scoped(Effect.flatMap(temporaryFolder, (folder) => use(path.join(folder, "run.pftrace"))))

/** Records so many tasks in a file. */
const recordTasks = (file: string, count: number) =>
  Effect.gen(function* () {
    const executor = yield* FiberExecutor.make({ name: "pages", maxWorkers: 2 })
    const { close } = yield* recordTo(file, executor)
    yield* Executor.forEach(executor, Array.from({ length: count }), () => Effect.void)
    yield* close
  })

const modelIn = (file: string) => modelOf(readTrace(fs.readFileSync(file)))

/** The logs of an effect while it runs. */
const logsOf = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const logs: Array<string> = []
  const logger = Logger.make(({ message }) => void logs.push(String(message)))
  return Effect.as(Effect.provide(effect, Logger.layer([logger])), logs)
}

describe("the file of Trace.record", () => {
  it.live("is refused to a second recording that would destroy the first, whatever its path", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close } = yield* recordTo(file, executor)
        const link = `${file}.link`
        fs.symlinkSync(file, link)
        for (const other of [file, link]) {
          const error = yield* Effect.flip(Effect.scoped(Trace.record(executor, { file: other })))
          assert.instanceOf(error, TraceFileError)
          assert.include(error.message, "another recording of this program is writing it")
        }
        yield* Executor.run(executor, Effect.void)
        yield* close
        assert.deepStrictEqual(modelIn(file).notes, ["recorded 1 tasks, 0 rows lost"])
        yield* Effect.scoped(Trace.record(executor, { file: link }))
      })
    )
  )

  for (const [how, status] of [
    ["exits", 7],
    ["throws", 1],
    ["is left idle", 0]
  ] as const) {
    it.live(`is complete if the program ${how} before the recording has ended`, () =>
      inFolder((file) =>
        Effect.sync(() => {
          const program = path.join(import.meta.dirname, "exitingProgram.ts")
          const flags = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning"]
          const ended = spawnSync(process.execPath, [...flags, program, file, how], { stdio: "ignore" })
          assert.strictEqual(ended.status, status)
          const { names, notes } = modelIn(file)
          assert.includeMembers([...names], ["runs", "has ended"])
          assert.deepStrictEqual(notes, ["recorded 2 tasks, 0 rows lost"])
        })
      )
    )
  }

  it.live("is missed at the end if somebody has deleted it", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close } = yield* recordTo(file, executor)
        fs.rmSync(file)
        const [log] = yield* logsOf(close)
        assert.include(log, "is not complete: it was deleted or replaced in the meantime")
      })
    )
  )

  it.live.skipIf(!fs.existsSync("/dev/full"))("is reported as incomplete if only its end did not get onto a disk", () =>
    Effect.gen(function* () {
      const executor = yield* FiberExecutor.make()
      const { close } = yield* recordTo("/dev/full", executor)
      yield* Executor.run(executor, Effect.void)
      const [log] = yield* logsOf(close)
      assert.match(log!, /is not complete, \d+ of its rows are lost: ENOSPC/)
    }).pipe(Effect.scoped)
  )
})

describe("a page of a trace", () => {
  it.live("shows what there is of a file that ends in the middle, and says so", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        yield* recordTasks(file, 50)
        const whole = modelIn(file)
        const { size } = fs.statSync(file)
        for (const length of [size - 1, Math.floor(size / 2)]) {
          fs.truncateSync(file, length)
          const { notes, slices } = modelIn(file)
          // In the middle, a packet may end by chance.
          const isWhole = length < size - 1 && notes[0]?.startsWith("The recording did not end")
          if (isWhole !== true) assert.deepStrictEqual(notes, ["The file is cut off: what came later is missing"])
          assert.isAbove(slices.start.length, 0)
          assert.isAtMost(slices.start.length, whole.slices.start.length)
        }
      })
    )
  )

  it.live("says of the trace of a program that was killed that it is not complete", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close, recording } = yield* recordTo(file, executor)
        yield* Executor.run(executor, Effect.void)
        yield* recording.flush
        assert.deepStrictEqual(modelIn(file).notes, ["The recording did not end: what came last is missing"])
        yield* close
      })
    )
  )

  it.live("keeps the tasks of two programs apart whose traces are joined in one file", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const other = `${file}.other`
        yield* recordTasks(file, 3)
        yield* recordTasks(other, 4)
        fs.appendFileSync(file, fs.readFileSync(other))
        const { groups, slices } = modelIn(file)
        const ids = Array.from(slices.task).filter((_, index) => slices.outcome[index]! > 0)
        assert.strictEqual(new Set(ids).size, 7)
        assert.strictEqual(groups.length, 2)
        for (const group of groups) assert.match(group, /^pages \(.* \d+\)$/)
      })
    )
  )

  it.live("has at most five thousand characters of a name, so that a trace's memory does not depend on names", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const executor = yield* FiberExecutor.make()
        const { close } = yield* recordTo(file, executor)
        yield* Executor.run(executor, Effect.void, { name: "n".repeat(1_000_000) })
        yield* close
        assert.strictEqual(modelIn(file).names[0], `${"n".repeat(4999)}…`)
        assert.isBelow(fs.statSync(file).size, 20_000)
      })
    )
  )
})

describe("the file of Trace.flightRecorder", () => {
  it.live("is written if the program ends by what has gone wrong", () =>
    inFolder((file) =>
      Effect.gen(function* () {
        const incident = Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ timeout: "10 millis" })
          yield* Trace.flightRecorder(executor, { file })
          yield* Executor.run(executor, Effect.never, { name: "never" })
        })
        const exit = yield* Effect.exit(Effect.scoped(incident))
        assert.isTrue(Exit.isFailure(exit))
        assert.include(modelIn(file).names, "never")
      })
    )
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Schedule, Scope } from "effect"
import { SqlClient } from "effect/sql"
import { Executor, FiberExecutor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { Trace } from "effect-futures/trace"
import * as fs from "node:fs"
import * as path from "node:path"
import { modelOf } from "../../src/internal/trace/modelOf.ts"
import { readTrace } from "../../src/internal/trace/readTrace.ts"
import { assertWellFormed, decode, slicesOf } from "./perfetto.ts"
import { temporaryFolder } from "./support.ts"
import { failing, Tasks } from "./tasks.ts"

type Recorded = "durable" | "host"

/** The trace of what the program does with a durable executor, of which these are recorded. */
const traceOf = (
  recorded: ReadonlyArray<Recorded>,
  program: (durable: DurableExecutor.DurableExecutor) => Effect.Effect<void, unknown, Scope.Scope>
) =>
  Effect.gen(function* () {
    const file = path.join(yield* temporaryFolder, "run.pftrace")
    const sql = Context.get(yield* Layer.build(DurableExecutor.layerMemory), SqlClient.SqlClient)
    const host = yield* FiberExecutor.make({ name: "host", maxWorkers: 2 })
    yield* Layer.build(
      DurableExecutor.worker({ name: "app", modules: [Tasks], concurrency: 2 }).pipe(
        Layer.provide(Layer.succeed(Executor.Executor, host)),
        Layer.provide(Layer.succeed(SqlClient.SqlClient, sql))
      )
    )
    const durable = yield* Effect.provideService(
      DurableExecutor.make({ name: "app", onClose: "cancel" }),
      SqlClient.SqlClient,
      sql
    )
    const executors = { durable, host }
    const scope = yield* Scope.make()
    const of = recorded.map((name): Executor.Executor<unknown> => executors[name])
    yield* Scope.provide(Trace.record(of, { file }), scope)
    yield* program(durable)
    yield* Executor.awaitIdle(host)
    yield* Scope.close(scope, Exit.void)
    const trace = decode(file)
    assertWellFormed(trace)
    return { trace, model: modelOf(readTrace(fs.readFileSync(file))) }
  })

const double = (durable: DurableExecutor.DurableExecutor) =>
  Effect.gen(function* () {
    assert.strictEqual(yield* yield* durable.submit(Tasks.double(21), { key: "twenty-one" }), 42)
  })

describe("Trace.record of a durable executor and of its host", () => {
  it.live("has an arrow from the submission of a task to what the machine runs for it", () =>
    Effect.gen(function* () {
      const { model, trace } = yield* traceOf(["durable", "host"], double)
      assert.strictEqual(slicesOf(trace).filter(({ begin }) => begin.details["outcome"] === "succeeded").length, 2)
      const submissions = trace.events.filter(({ track }) => trace.tracks.get(track)?.name === "submitted")
      const [one, other] = submissions.map(({ flows }) => flows.at(-1))
      assert.strictEqual(submissions.length, 2)
      assert.strictEqual(one, other)
      assert.strictEqual(model.arrows.from.length, 1)
    }).pipe(Effect.scoped)
  )

  for (const recorded of ["durable", "host"] satisfies ReadonlyArray<Recorded>) {
    it.live(`has two ends for every arrow when only the ${recorded} is recorded`, () =>
      Effect.gen(function* () {
        const { model, trace } = yield* traceOf([recorded], double)
        assert.isTrue(trace.events.some(({ flows }) => flows.length === 2))
        assert.strictEqual(model.arrows.from.length, 0)
      }).pipe(Effect.scoped)
    )
  }

  it.live("has a slice for each attempt at a task, and counts the task once", () =>
    Effect.gen(function* () {
      const { model, trace } = yield* traceOf(["durable"], (durable) =>
        Effect.gen(function* () {
          const retry = Schedule.spaced("10 millis")
          const future = yield* durable.submit(Tasks.flaky("once"), { name: "flaky", retry })
          yield* Effect.repeat(Effect.yieldNow, { until: () => future.state === "running" })
          yield* failing.open
          assert.strictEqual(yield* future, "once")
        })
      )
      const attempts = slicesOf(trace).filter(
        ({ begin }) => begin.name === "flaky" && trace.tracks.get(begin.track)!.name.startsWith("worker")
      )
      assert.deepStrictEqual(
        attempts.map(({ begin }) => [Number(begin.details["attempt"]), begin.details["outcome"]]),
        [
          [1, undefined],
          [2, "succeeded"]
        ]
      )
      assert.isAtLeast(Number(attempts[1]!.begin.time), Number(attempts[0]!.end))
      // Each attempt has begun, and not only started.
      const starts = slicesOf(trace).filter(({ begin }) => begin.name === "starting")
      for (const { end } of attempts) assert.isFalse(starts.some((start) => start.end === end))
      assert.strictEqual(Array.from(model.slices.outcome).filter((outcome) => outcome > 0).length, 1)
    }).pipe(Effect.scoped)
  )
})

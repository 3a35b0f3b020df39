import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Scope } from "effect"
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
import { Tasks } from "./tasks.ts"

/** The trace of a durable task, of which these are recorded. */
const traceOf = (recorded: ReadonlyArray<"durable" | "host">) =>
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
    assert.strictEqual(yield* yield* durable.submit(Tasks.double(21), { key: "twenty-one" }), 42)
    yield* Executor.awaitIdle(host)
    yield* Scope.close(scope, Exit.void)
    const trace = decode(file)
    assertWellFormed(trace)
    return { trace, model: modelOf(readTrace(fs.readFileSync(file))) }
  })

describe("Trace.record of a durable executor and of its host", () => {
  it.live("has an arrow from the submission of a task to what the machine runs for it", () =>
    Effect.gen(function* () {
      const { model, trace } = yield* traceOf(["durable", "host"])
      assert.strictEqual(slicesOf(trace).filter(({ begin }) => begin.details["outcome"] === "succeeded").length, 2)
      const submissions = trace.events.filter(({ track }) => trace.tracks.get(track)?.name === "submitted")
      const [one, other] = submissions.map(({ flows }) => flows.at(-1))
      assert.strictEqual(submissions.length, 2)
      assert.strictEqual(one, other)
      assert.strictEqual(model.arrows.from.length, 1)
    }).pipe(Effect.scoped)
  )

  for (const recorded of ["durable", "host"] as const) {
    it.live(`has two ends for every arrow when only the ${recorded} is recorded`, () =>
      Effect.gen(function* () {
        const { model, trace } = yield* traceOf([recorded])
        assert.isTrue(trace.events.some(({ flows }) => flows.length === 2))
        assert.strictEqual(model.arrows.from.length, 0)
      }).pipe(Effect.scoped)
    )
  }
})

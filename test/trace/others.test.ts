import { assert, describe, it } from "@effect/vitest"
import { Effect, Ref } from "effect"
import { Interleave } from "effect-futures/testing"
import { Trace } from "effect-futures/trace"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { assertWellFormed, complaints, decode, slicesOf } from "./perfetto.ts"
import { temporaryFolder } from "./support.ts"

const add = (ref: Ref.Ref<number>) =>
  Effect.gen(function* () {
    const before = yield* Ref.get(ref)
    yield* Effect.yieldNow
    yield* Ref.set(ref, before + 1)
  })

const lost = Effect.gen(function* () {
  const ref = yield* Ref.make(0)
  yield* Effect.all([add(ref), add(ref)], { concurrency: 2 })
  if ((yield* Ref.get(ref)) !== 2) yield* Effect.fail("an addition was lost")
})

/** The trace of a schedule in which an addition is lost. */
const writeFailure = (folder: string) =>
  Effect.gen(function* () {
    const failure = yield* Effect.flip(Interleave.check(lost))
    if (failure._tag !== "InterleaveFailure") return assert.fail(String(failure))
    const file = yield* Trace.interleave(failure, { file: path.join(folder, "lost.pftrace") })
    return { failure, file }
  })

describe("Trace.interleave", () => {
  it.live("has a track for each fiber, its steps in their order, and an arrow to each that was woken", () =>
    Effect.gen(function* () {
      const { failure, file } = yield* writeFailure(yield* temporaryFolder)
      const trace = decode(file)
      assertWellFormed(trace)
      assert.strictEqual(complaints(file), "")
      const slices = slicesOf(trace)
      assert.deepStrictEqual(
        slices.map(({ begin }) => [trace.tracks.get(begin.track)!.name, begin.name]),
        failure.trace.map(({ fiber, what }) => [fiber, what])
      )
      const woken = failure.trace.filter(
        ({ because, fiber }, index) =>
          because === "woken by the step before" && index > 0 && fiber !== failure.trace[index - 1]!.fiber
      ).length
      assert.isAbove(woken, 0)
      assert.strictEqual(
        slices.reduce((sum, { begin }) => sum + begin.flows.length, 0),
        2 * woken
      )
      const deviations = slices.filter(({ begin }) => "deviation" in begin.details).length
      assert.strictEqual(deviations, failure.trace.filter(({ isDeviation }) => isDeviation).length)
      assert.strictEqual(trace.events.filter(({ name }) => name === "deviates here").length, deviations)
      assert.include(String(slices.at(-1)!.begin.details["error"]), "an addition was lost")
    }).pipe(Effect.scoped)
  )
})

describe("effect-futures html", () => {
  it.live("makes a page of a trace, and says what is wrong with what is none", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const { file } = yield* writeFailure(folder)
      const run = (...args: ReadonlyArray<string>) =>
        spawnSync(
          process.execPath,
          [
            "--conditions=effect-futures-source",
            "--disable-warning=ExperimentalWarning",
            "src/durable/bin.ts",
            ...args
          ],
          { encoding: "utf8" }
        )
      const page = path.join(folder, "page.html")
      assert.strictEqual(run("html", file, "--to", page).stdout, `${page}\n`)
      assert.include(fs.readFileSync(page, "utf8"), "an addition was lost")
      const other = path.join(folder, "other.pftrace")
      fs.copyFileSync(page, other)
      const wrong = run("html", other)
      assert.strictEqual(wrong.status, 1)
      assert.include(wrong.stderr, `The trace ${JSON.stringify(other)} cannot be read: it has another format`)
      // The page of a trace that is called like a page would be written over it.
      const named = path.join(folder, "named.html")
      fs.copyFileSync(file, named)
      assert.include(run("html", named).stderr, "it is the trace itself")
      assert.deepStrictEqual(fs.readFileSync(named), fs.readFileSync(file))
      fs.writeFileSync(other, "")
      assert.include(run("html", other).stderr, "it is empty")
    }).pipe(Effect.scoped)
  )
})

import { NodeServices } from "@effect/platform-node"
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { ByteSize, Duration, Effect, Exit, Option, Scope, Stream } from "effect"
import { Executor } from "effect-futures"
import { Trace } from "effect-futures/trace"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import { Analyses } from "../../examples/analyse-folder/Analysis.ts"
import { pipeline } from "../../examples/analyse-folder/pipeline.ts"
import { poisonFirst } from "../../examples/analyse-folder/Poison.ts"
import { makeStages } from "../../examples/analyse-folder/stages.ts"
import { Tally } from "../../examples/analyse-folder/Tally.ts"
import { Chromium, chromium } from "../../scripts/Chromium.ts"
import { assertWellFormed, checkedWith, complaints, decode, slicesOf } from "./perfetto.ts"
import { collectEnds } from "./support.ts"

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "effect-futures-main-job-"))
const file = path.join(folder, "run.pftrace")
const effectPackage = fileURLToPath(new URL(".", import.meta.resolve("effect/package.json")))

/** The main job over the package effect, one of whose files is poisoned, with what is recorded of it and what its events say. */
const mainJob = Effect.gen(function* () {
  const tally = new Tally()
  const stages = yield* makeStages(Option.some(Duration.seconds(2)))
  const executors: ReadonlyArray<Executor.Executor<unknown>> = Object.values(stages)
  const collected = yield* Effect.forEach(executors, collectEnds)
  const recording = yield* Scope.make()
  yield* Scope.provide(Trace.record(executors, { file, bufferSize: 1_000_000 }), recording)
  yield* pipeline({
    root: effectPackage,
    maxSize: ByteSize.megabytes(64),
    analyse: poisonFirst(Analyses.analyse),
    stages,
    tally
  }).pipe(Stream.runDrain)
  yield* Effect.forEach(executors, (executor) => Executor.shutdown(executor))
  yield* Scope.close(recording, Exit.void)
  const ends = (yield* Effect.forEach(collected, ({ ends }) => ends)).flat()
  return { ends, tally, trace: decode(file), page: yield* Trace.html(file) }
}).pipe(Effect.scoped, Effect.provide(NodeServices.layer))

let job: Effect.Success<typeof mainJob>
beforeAll(async () => {
  job = await Effect.runPromise(mainJob)
}, 240_000)
afterAll(() => fs.rmSync(folder, { recursive: true, force: true }))

const nanosOf = (micros: number): bigint => BigInt(micros) * 1000n

describe(`the trace of the main job (by ${checkedWith})`, () => {
  it("has every task once, with the times, the end and the line of its events", () => {
    const { ends, tally, trace } = job
    // Each file is read and analysed, and each folder is listed.
    assert.isAbove(tally.found, 2000)
    assert.isAtLeast(ends.length, 2 * tally.found)
    assertWellFormed(trace)
    assert.strictEqual(complaints(file), "")
    const byId = new Map<unknown, ReturnType<typeof slicesOf>[number]>()
    for (const slice of slicesOf(trace)) {
      if (slice.depth > 0 || !("outcome" in slice.begin.details)) continue
      assert.isFalse(byId.has(slice.begin.details["id"]), "two slices of a task")
      byId.set(slice.begin.details["id"], slice)
    }
    assert.strictEqual(byId.size, ends.length)
    for (const event of ends) {
      const { begin, end } = byId.get(event.id)!
      assert.deepStrictEqual(
        [begin.name, begin.details["outcome"], begin.time, end],
        [event.name, event.outcome, nanosOf(event.startedAt ?? event.submittedAt!), nanosOf(event.time)]
      )
    }
  })

  it("has the line of the poisoned one", () => {
    const stuck = slicesOf(job.trace).filter(({ begin }) => begin.details["outcome"] === "timedOut")
    assert.strictEqual(stuck.length, 1)
    assert.match(String(stuck[0]!.begin.details["stuckAt"]), /findTerminator .*Poison\.ts:\d+/)
  })
})

const text = (selector: string) => `(document.querySelector(${JSON.stringify(selector)})?.textContent ?? "")`

/** A point of the picture that has a colour, near its middle, in pixels of the window. */
const pixelOf = (colour: string) => `(() => {
  const canvas = document.querySelector("#timeline")
  const probe = document.createElement("canvas").getContext("2d")
  probe.fillStyle = getComputedStyle(canvas).getPropertyValue(${JSON.stringify(colour)}).trim()
  probe.fillRect(0, 0, 1, 1)
  const [r, g, b] = probe.getImageData(0, 0, 1, 1).data
  const { data, height, width } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height)
  const found = []
  for (let y = 0; y < height; y += 3) for (let x = 0; x < width; x++) {
    const at = 4 * (y * width + x)
    if (data[at] === r && data[at + 1] === g && data[at + 2] === b) found.push([x, y])
  }
  const box = canvas.getBoundingClientRect()
  const [x, y] = found[found.length >> 1]
  return [box.left + x * (box.width / width), box.top + y * (box.height / height)]
})()`

// Without it the other tests of the page say why.
describe.runIf(chromium !== undefined || process.env["CI"] !== undefined)("whoever has only the page", () => {
  const withPage = async (use: (chrome: Chromium) => Promise<void>) => {
    const chrome = new Chromium()
    try {
      await chrome.openTrace(job.page)
      await use(chrome)
    } finally {
      await chrome.close()
    }
  }
  const names = () => job.ends.filter(({ outcome }) => outcome === "timedOut").map(({ name }) => name)

  const assertIsFound = async (chrome: Chromium) => {
    assert.deepStrictEqual([await chrome.evaluate(text("#panel h2"))], names())
    assert.match(String(await chrome.evaluate(text("#stuck"))), /at findTerminator .*Poison\.ts:\d+/)
    const waiters = (await chrome.evaluate(
      `Array.from(document.querySelectorAll("#waiters li button"), (each) => each.textContent)`
    )) as ReadonlyArray<string>
    assert.isAbove(waiters.length, 0)
    const known = new Set(job.ends.map(({ name }) => name))
    for (const name of waiters) assert.isTrue(known.has(name), name)
    // The tasks that waited can be selected in turn.
    await chrome.click(`document.querySelector("#waiters li button")`)
    assert.strictEqual(await chrome.evaluate(text("#panel h2")), waiters[0])
  }

  it(
    "sees the poisoned task in red, clicks at it, and finds its line and what waited for it",
    () =>
      withPage(async (chrome) => {
        const [x, y] = (await chrome.evaluate(pixelOf("--bad"))) as readonly [number, number]
        await chrome.clickAt(x, y)
        await assertIsFound(chrome)
      }),
    60_000
  )

  it(
    "finds it in the table of failures",
    () =>
      withPage(async (chrome) => {
        await chrome.click(`document.querySelector("#failures tbody button")`)
        await assertIsFound(chrome)
      }),
    60_000
  )

  it(
    "finds it by what its error is called, or by the line",
    () =>
      withPage(async (chrome) => {
        for (const sought of ["timeouterror", "poison.ts"]) {
          await chrome.click(`document.querySelector("#search")`)
          await chrome.evaluate(`document.querySelector("#search").value = ""`)
          await chrome.type(sought)
          assert.strictEqual(await chrome.evaluate(text("#found")), "1 found")
          await chrome.press("Enter")
          await assertIsFound(chrome)
        }
      }),
    60_000
  )
})

import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Ref, Scope } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import { ThreadExecutor } from "effect-futures/node"
import { Interleave } from "effect-futures/testing"
import { Trace, TraceFileError } from "effect-futures/trace"
import * as fs from "node:fs"
import * as path from "node:path"
import { pageFile, pageModule } from "../../scripts/build-page.ts"
import { Chromium, chromium } from "../../scripts/Chromium.ts"
import { temporaryFolder } from "./support.ts"
import { Tasks } from "./tasks.ts"

const browser = Effect.acquireRelease(
  Effect.sync(() => new Chromium()),
  (opened) => Effect.promise(() => opened.close())
)

/** The page of what the program does with its executors. */
const pageOf = <A, E, R>(
  program: (record: (executors: Parameters<typeof Trace.record>[0]) => Effect.Effect<void>) => Effect.Effect<A, E, R>
) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const file = path.join(folder, "run.pftrace")
    const scope = yield* Scope.make()
    const record = (executors: Parameters<typeof Trace.record>[0]) =>
      Trace.record(executors, { file, bufferSize: 1_000_000 }).pipe(Scope.provide(scope), Effect.orDie, Effect.asVoid)
    const result = yield* program(record)
    yield* Scope.close(scope, Exit.void)
    return { result, page: yield* Trace.html(file) }
  })

const rowOf = (name: string): string =>
  `Array.from(document.querySelectorAll("#executors tbody tr"), (row) => Array.from(row.cells, (cell) => cell.textContent))` +
  `.find(([name]) => name === ${JSON.stringify(name)})`

describe("Trace.html", () => {
  it("is made of what stands in page/", () => {
    assert.isTrue(fs.readFileSync(pageFile, "utf8") === pageModule(), "npm run build:page")
  })

  it.live("fails with TraceFileError for what is no trace", () =>
    Effect.gen(function* () {
      const file = path.join(yield* temporaryFolder, "no.pftrace")
      fs.writeFileSync(file, "no trace at all")
      const error = yield* Effect.flip(Trace.html(file))
      assert.instanceOf(error, TraceFileError)
      assert.strictEqual(error.operation, "read")
    }).pipe(Effect.scoped)
  )

  it.live("asks for nothing outside of it", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.flatMap(FiberExecutor.make(), (executor) =>
          Effect.andThen(record(executor), Executor.run(executor, Effect.void))
        )
      )
      const text = fs.readFileSync(page, "utf8")
      assert.include(text, "default-src 'none'")
      assert.notMatch(text, /(src|href)=["']|https?:\/\//)
    }).pipe(Effect.scoped)
  )
})

if (chromium === undefined && process.env["CI"] === undefined) {
  console.log("There is no Chromium here (Debian: apt-get install chromium), so the page was not opened in a browser")
}

describe.runIf(chromium !== undefined || process.env["CI"] !== undefined)("the page in Chromium", () => {
  it.live("shows the numbers of `stats`, and names as the text that they are", () =>
    Effect.gen(function* () {
      const name = `</script><img src=x onerror="window.broken=1"><b>&amp;`
      const { page, result: stats } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ name, maxWorkers: 2 })
          yield* record(executor)
          for (let n = 0; n < 30; n++) yield* executor.submit(Effect.void, { name })
          yield* Effect.exit(Executor.run(executor, Effect.fail("no"), { name: `bad ${name}` }))
          yield* Effect.exit(Executor.run(executor, Effect.never, { timeout: "10 millis" }))
          yield* Future.cancel(yield* executor.submit(Effect.never))
          yield* Executor.shutdown(executor)
          return yield* Executor.stats(executor)
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const row = (yield* Effect.promise(() => chrome.evaluate(rowOf(name)))) as ReadonlyArray<string>
      const { cancelled, failed, succeeded, timedOut } = stats
      assert.deepStrictEqual(
        row.slice(0, 6),
        [name, 33, succeeded, failed, timedOut, cancelled].map((each) => String(each))
      )
      yield* Effect.promise(() => chrome.press("f"))
      const [title, images, broken] = (yield* Effect.promise(() =>
        chrome.evaluate(
          `[document.querySelector("#panel h2").textContent, document.images.length, window.broken === undefined]`
        )
      )) as ReadonlyArray<unknown>
      assert.deepStrictEqual([title, images, broken], [`bad ${name}`, 0, true])
    }).pipe(Effect.scoped)
  )

  it.live("shows odd names as they are, and the beginning of a very long one", () =>
    Effect.gen(function* () {
      const names = ["a\u2028b", "\ud800 alone \udc00", "<!--<script>", "__proto__", "x".repeat(2_000_000)]
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          yield* record(executor)
          for (const name of names) yield* Effect.exit(Executor.run(executor, Effect.fail("no"), { name }))
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const shown = yield* Effect.promise(() =>
        chrome.evaluate(
          `Array.from(document.querySelectorAll("#failures tbody tr"), (row) => row.cells[row.cells.length - 1].textContent)`
        )
      )
      const expected = names.map((name) => (name.length < 5000 ? name.toWellFormed() : `${name.slice(0, 4999)}…`))
      assert.deepStrictEqual(shown, expected)
    }).pipe(Effect.scoped)
  )

  it.live("tells of a task that never ended where it was stuck, and what waited for it", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* ThreadExecutor.make({ name: "threads", maxWorkers: 1 })
          yield* record(executor)
          // By then the thread can be asked where it is, also on a busy machine.
          yield* Executor.run(executor, Tasks.compute(100))
          const stuck = yield* executor.submit(Tasks.spin(), { name: "poisoned", timeout: "1 second" })
          const waiters = yield* Effect.forEach([1, 2], (n) => executor.submit(Tasks.double(n), { name: `waits ${n}` }))
          yield* Future.wait([stuck, ...waiters])
          const stopped = yield* executor.submit(Tasks.spin(), { name: "stopped by hand" })
          yield* Effect.repeat(Effect.yieldNow, { until: () => Future.isRunning(stopped) })
          yield* Executor.dump(executor).pipe(Effect.repeat({ until: (text) => text.includes("at spin") }))
          yield* Future.cancel(stopped)
          yield* Executor.shutdown(executor)
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      for (const table of ["#wrong", "#failures"]) {
        const text = yield* Effect.promise(() => chrome.evaluate(`document.querySelector("${table}").textContent`))
        assert.match(String(text), /poisoned.*at spin \(.*tasks\.ts:\d+|at spin \(.*tasks\.ts:\d+.*poisoned/)
      }
      const wrong = yield* Effect.promise(() => chrome.evaluate(`document.querySelector("#wrong").innerText`))
      assert.match(String(wrong), /stopped by hand was stuck at spin .*, and cancelled after/)
      yield* Effect.promise(() => chrome.press("f"))
      const [title, stuck, waiters] = (yield* Effect.promise(() =>
        chrome.evaluate(
          `["#panel h2", "#stuck", "#waiters"].map((selector) => document.querySelector(selector).textContent)`
        )
      )) as ReadonlyArray<string>
      assert.strictEqual(title, "poisoned")
      assert.match(stuck!, /at spin \(.*tasks\.ts:\d+/)
      assert.include(waiters!, "waits 1")
      assert.include(waiters!, "waits 2")
    }).pipe(Effect.scoped)
  )

  it.live("shows what failed before what somebody has cancelled, and goes from failure to failure", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ maxWorkers: 1 })
          yield* record(executor)
          yield* executor.submit(Effect.never, { name: "hangs" })
          const waiting = yield* Effect.forEach(Array.from({ length: 600 }), () => executor.submit(Effect.never))
          yield* Effect.forEach(waiting, (future) => Future.cancel(future), { discard: true })
          const bad = ["first", "second"].map((name) => executor.submit(Effect.fail("no"), { name, timeout: 1 }))
          yield* Executor.setMaxWorkers(executor, 2)
          yield* Future.wait(yield* Effect.all(bad))
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const [names, heading, summary] = (yield* Effect.promise(() =>
        chrome.evaluate(
          `[Array.from(document.querySelectorAll("#failures tbody button"), (button) => button.textContent).slice(0, 2), ` +
            `document.querySelector("details:has(#failures) summary").textContent, document.querySelector("#executors tbody").innerText]`
        )
      )) as readonly [ReadonlyArray<string>, string, string]
      assert.deepStrictEqual(names, ["first", "second"])
      assert.strictEqual(heading, "Failures: 2, cancelled: 600")
      assert.match(summary, /\t603\t0\t2\t0\t600\t1\t/)
      const unended = yield* Effect.promise(() => chrome.evaluate(`document.querySelector("#unended").innerText`))
      assert.match(String(unended), /^hangs for \d/)
      const chosen: Array<unknown> = []
      for (const key of ["f", "f"]) {
        yield* Effect.promise(() => chrome.press(key))
        chosen.push(yield* Effect.promise(() => chrome.evaluate(`document.querySelector("#panel h2").textContent`)))
      }
      assert.deepStrictEqual(chosen, ["first", "second"])
    }).pipe(Effect.scoped)
  )

  it.live("shows a schedule as steps, with those at which it differs from the usual order", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const failure = yield* Effect.flip(Interleave.check(lateRead))
      if (failure._tag !== "InterleaveFailure") return assert.fail(String(failure))
      const page = yield* Trace.html(yield* Trace.interleave(failure, { file: path.join(folder, "late.pftrace") }))
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const [title, deviations, steps] = (yield* Effect.promise(() =>
        chrome.evaluate(
          `[document.title, document.querySelectorAll("#deviations li").length, document.querySelectorAll("#steps tbody tr").length]`
        )
      )) as readonly [string, number, number]
      const { length } = failure.trace
      assert.deepStrictEqual([title, steps], [`Interleave: ${length} steps`, length])
      assert.strictEqual(deviations, failure.trace.filter(({ isDeviation }) => isDeviation).length)
      assert.isAbove(deviations, 0)
    }).pipe(Effect.scoped)
  )

  it.live("lists executors that did nothing, whatever they are called", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const idle = yield* FiberExecutor.make({ name: "worker 1" })
          const busy = yield* FiberExecutor.make({ name: "waiting" })
          yield* record([idle, busy])
          yield* Executor.run(busy, Effect.void)
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const rows = yield* Effect.promise(() =>
        chrome.evaluate(
          `Array.from(document.querySelectorAll("#executors tbody tr"), ({ cells: [name, tasks] }) => [name.textContent, tasks.textContent])`
        )
      )
      assert.deepStrictEqual(rows, [
        ["worker 1", "0"],
        ["waiting", "1"]
      ])
    }).pipe(Effect.scoped)
  )

  it.live("leaves its picture most of a narrow window", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.flatMap(FiberExecutor.make(), (executor) =>
          Effect.andThen(record(executor), Executor.run(executor, Effect.void))
        )
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.resize(400, 800))
      yield* Effect.promise(() => chrome.openTrace(page))
      const widths = yield* Effect.promise(() =>
        chrome.evaluate(
          `((page) => [document.querySelector("#timeline").clientWidth, page.scrollWidth].map((width) => width === page.clientWidth))` +
            `(document.documentElement)`
        )
      )
      assert.deepStrictEqual(widths, [true, true])
    }).pipe(Effect.scoped)
  )

  it.live("finds by name, goes from one to the next, and is dark where that is liked, all by keyboard", () =>
    Effect.gen(function* () {
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make()
          yield* record(executor)
          for (const name of ["apple", "banana", "apricot"]) yield* Executor.run(executor, Effect.void, { name })
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.prefer("dark"))
      yield* Effect.promise(() => chrome.openTrace(page))
      for (const key of ["/", "a", "p", "Enter"]) yield* Effect.promise(() => chrome.press(key))
      const chosen = `document.querySelector("#panel h2").textContent`
      const first = yield* Effect.promise(() => chrome.evaluate(chosen))
      for (const key of ["Escape", "n"]) yield* Effect.promise(() => chrome.press(key))
      const [next, found, back] = (yield* Effect.promise(() =>
        chrome.evaluate(
          `[${chosen}, document.querySelector("#found").textContent, getComputedStyle(document.body).backgroundColor]`
        )
      )) as ReadonlyArray<string>
      assert.deepStrictEqual([first, next, found], ["apple", "apricot", "2 of 2"])
      assert.strictEqual(back, "rgb(22, 24, 28)")
    }).pipe(Effect.scoped)
  )

  it.live("has a hundred thousand tasks, draws each step of a zoom, and finds some of them", () =>
    Effect.gen(function* () {
      const count = 100_000
      const { page } = yield* pageOf((record) =>
        Effect.gen(function* () {
          const executor = yield* FiberExecutor.make({ name: "many", maxWorkers: 8 })
          yield* record(executor)
          for (let n = 0; n < count; n++) yield* executor.submit(Effect.void, { name: `task of kind ${n % 100}` })
          yield* Executor.awaitIdle(executor)
        })
      )
      const chrome = yield* browser
      yield* Effect.promise(() => chrome.openTrace(page))
      const row = (yield* Effect.promise(() => chrome.evaluate(rowOf("many")))) as ReadonlyArray<string>
      assert.deepStrictEqual(row.slice(1, 3), ["100,000", "100,000"])
      const frames = (yield* Effect.promise(() => chrome.evaluate(zooming))) as ReadonlyArray<number>
      for (const key of ["/", ..."kind 42"]) yield* Effect.promise(() => chrome.press(key))
      const [found, drawn, complete] = (yield* Effect.promise(() => chrome.evaluate(figures))) as readonly [
        string,
        number,
        number
      ]
      // Figures for whoever runs it: how quick it is depends on what else the machine does.
      console.log(
        `The picture was there after ${Math.round(drawn)} ms, all of the page after ${Math.round(complete)} ms; ` +
          `the longest of ${frames.length} frames of a zoom took ${Math.max(...frames).toFixed(1)} ms`
      )
      assert.strictEqual(frames.length, 30)
      assert.strictEqual(found, "1,000 found")
    }).pipe(Effect.scoped)
  )
})

/** Fails only if one fiber gives way to the other between two reads. */
const lateRead = Effect.gen(function* () {
  const ref = yield* Ref.make(0)
  const reads = Effect.gen(function* () {
    if ((yield* Ref.get(ref)) === 1 && (yield* Ref.get(ref)) === 0) yield* Effect.fail("late")
  })
  const writes = Effect.andThen(Effect.andThen(Effect.yieldNow, Ref.set(ref, 1)), Ref.set(ref, 0))
  yield* Effect.all([writes, Effect.andThen(Effect.yieldNow, reads)], { concurrency: 2 })
})

/** How long each of thirty steps of a zoom took to draw. */
const zooming = `(async () => {
  const canvas = document.querySelector("#timeline")
  const frame = () => new Promise((done) => requestAnimationFrame(done))
  const frames = []
  for (let n = 0; n < 30; n++) {
    let start
    requestAnimationFrame(() => (start = performance.now()))
    const event = new WheelEvent("wheel", { deltaY: n < 20 ? -200 : 200, clientX: 500, clientY: 200, cancelable: true })
    canvas.dispatchEvent(event)
    // The picture is painted between the two.
    await frame()
    frames.push(performance.now() - start)
  }
  return frames
})()`

const figures =
  `[document.querySelector("#found").textContent, ` +
  `...["drawn", "complete"].map((name) => performance.getEntriesByName(name)[0].startTime)]`

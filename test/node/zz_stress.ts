import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as fs from "node:fs"
import { Executor, Future } from "effect-futures"
import { ThreadExecutor, ProcessExecutor } from "effect-futures/node"
import { engineOf } from "../../src/internal/executor/ExecutorImpl.ts"
import { describeBooks, faultsAtRest, leftovers } from "../support/engineBooks.ts"
import { Noting } from "./distant/tasks.ts"
import { Tasks } from "../behaviour/tasks.ts"
const kind = process.argv[2]!, seconds = Number(process.argv[3] ?? 40); let seed = Number(process.argv[4] ?? Date.now() % 100000)
const make: any = kind === "process" ? ProcessExecutor.make : ThreadExecutor.make
const mulberry = (a: number) => () => { a |= 0; a = a + 0x6D2B79F5 | 0; let t = Math.imul(a ^ a >>> 15, 1 | a); t = t + Math.imul(t ^ t >>> 7, 61 | t) ^ t; return ((t ^ t >>> 14) >>> 0) / 4294967296 }
const file = "/tmp/scratch3/stress-" + process.pid
let ex: any, step = "", rounds = 0, progress = 0, last = -1
let futures: Array<any> = []
setInterval(() => {
  if (last === progress) {
    const e = engineOf(ex)
    console.log("STUCK seed", seed, step, describeBooks(e))
    for (const w of e.distantWorkers as any) console.log(w.id, w.isAlive, "ahead", w.ahead.size, w.handle.state, "ledger", w.handle.ledger?.size, w.tasks)
    for (const f of futures.filter((f) => !f.isDone).slice(0, 8)) console.log(String(f), f.handedOver !== undefined, f.taskRun?.lease?.worker.id, f.hasBegun, f.stoppedFor, f.isUnattended)
    process.exit(1)
  }
  last = progress
}, 15000).unref()
process.on("uncaughtException", (e) => { console.log("UNCAUGHT seed", seed, e); process.exit(1) })
const round = (s: number) => Effect.scoped(Effect.gen(function* () {
  const r = mulberry(s), int = (n: number) => Math.floor(r() * n)
  fs.writeFileSync(file, "")
  const options = { maxWorkers: 1 + int(3), concurrency: r() < 0.2 ? 1 + int(4) : 1, maxTasksPerWorker: r() < 0.2 ? 1 + int(30) : undefined, spares: r() < 0.2 ? 1 : 0, idleTimeToLive: r() < 0.2 ? "20 millis" : undefined, preempt: kind !== "process" && r() < 0.2 ? "terminate" : undefined, capacity: r() < 0.2 ? 1 + int(20) : undefined, queueTimeout: r() < 0.1 ? "50 millis" : undefined, grace: "200 millis" }
  for (const k of Object.keys(options)) if ((options as any)[k] === undefined) delete (options as any)[k]
  step = JSON.stringify(options)
  const executor: any = yield* make(options); ex = executor
  const group: any = yield* Executor.group(executor, { maxWorkers: 1 + int(2) })
  futures = []
  const evil = r() < 0.6 ? 0.02 + r() * 0.05 : 0
  const kinds: Array<string> = []
  const n = 50 + int(250)
  for (let i = 0; i < n; i++) {
    const on = r() < 0.3 ? group : executor
    const x = r()
    const name = "t" + i
    const [task, k] = x < evil ? [Noting.noteAndExit(file, name), "exit"] : x < evil * 2 ? [Noting.noteAndSpin(file, name), "spin"] : x < 0.7 ? [Noting.note(file, name), "note"] : [Tasks.sleep(int(4)), "sleep"]
    const o: any = { name }
    if (k === "spin") o.timeout = 5 + int(20)
    else if (r() < 0.1) o.timeout = 1000 * 60
    if (r() < 0.1) o.priority = int(3)
    futures.push(yield* on.submit(task as any, o)); kinds.push(k as string)
    const y = r()
    if (y < 0.05) yield* Effect.forkChild(Future.cancel(futures[int(futures.length)]))
    else if (y < 0.08) yield* Effect.forkChild(Future.cancel(futures[int(futures.length)], { running: false }))
    else if (y < 0.12) yield* Effect.forkChild(Fiber.interrupt(futures[int(futures.length)].fiber))
    else if (y < 0.14) futures[int(futures.length)].fiber
    else if (y < 0.2) yield* Effect.yieldNow
    else if (y < 0.23) yield* Effect.sleep(int(5))
    progress++
  }
  const mode = r()
  if (mode < 0.2) { step += " shutdown"; yield* Executor.shutdown(executor, { mode: (["drain", "cancelPending", "interrupt"] as const)[int(3)]! }) }
  else if (mode < 0.9) { step += " idle"; yield* Executor.awaitIdle(executor); const faults = faultsAtRest(engineOf(executor), futures).filter((f) => !f.startsWith("requested")); if (faults.length) throw new Error(faults.join("\n")) }
  progress++
  if (mode < 0.9) {
    const runs = new Map<string, number>()
    for (const l of fs.readFileSync(file, "utf8").split("\n")) if (l) runs.set(l, (runs.get(l) ?? 0) + 1)
    for (let i = 0; i < n; i++) {
      const c = runs.get("t" + i) ?? 0
      const f = futures[i]
      if (c > 1) throw new Error(`${i} ${kinds[i]} ran ${c} times`)
      if (!f.isDone) throw new Error(`${i} ${String(f)} not done`)
      const s = String(f)
      const ok = kinds[i] === "note" ? (/Success|cancelled/.test(s) || (options.concurrency! > 1 && /WorkerCrashed/.test(s)) || (options.queueTimeout && /TaskTimeout/.test(s)))
        : kinds[i] === "spin" ? /TaskTimeout|cancelled/.test(s) || (options.concurrency! > 1 && /WorkerCrashed/.test(s)) : kinds[i] === "exit" ? /WorkerCrashed|cancelled/.test(s) || (options.queueTimeout && /TaskTimeout/.test(s)) : /Success|cancelled/.test(s) || (options.concurrency! > 1 && /WorkerCrashed/.test(s)) || (options.queueTimeout && /TaskTimeout/.test(s))
      if (!ok) { const ex = yield* Effect.exit(f as any); console.log("BAD", i, kinds[i], s, ex) }
      if (!ok) throw new Error(`${i} ${kinds[i]} ended ${s} ${step}`)
      if (kinds[i] === "note" && /Success/.test(s) && c !== 1) throw new Error(`${i} note succeeded with ${c} runs`)
    }
  }
  step += " closing"
  return executor
}))
const end = Date.now() + seconds * 1000
while (Date.now() < end) {
  seed++
  try { const e = await Effect.runPromise(round(seed) as any); const l = leftovers(e); if (l.length) throw new Error("left " + l.join()) } catch (e) { console.log("FAILED seed", seed, step, e); process.exit(1) }
  rounds++; progress++
}
console.log(kind, "rounds", rounds, "last seed", seed)
fs.rmSync(file)

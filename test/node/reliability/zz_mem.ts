import { Effect } from "effect"
import { kinds } from "../distant/support.ts"
import { Storm } from "./stormTasks.ts"
import { Tasks } from "../../behaviour/tasks.ts"
const [k, preempt] = process.argv.slice(2)
const [kind, make] = kinds.find(([x]) => x.toLowerCase().startsWith(k!))!
const gc = async () => { for (let i = 0; i < 4; i++) { await new Promise((r) => setImmediate(r)); globalThis.gc!() } }
const tally = new Int32Array(new SharedArrayBuffer(4000))
const all = [Storm.spins, Storm.spinsInTry, Storm.spinsInPromises, Storm.spinsInTimer, Storm.waitsForAtom]
await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  const ex = yield* make({ maxWorkers: 2, ...(preempt ? { preempt } : {}) } as any)
  let n = 0
  for (const upto of [20, 50, 100, 200, 400]) {
    const t = performance.now()
    for (; n < upto; n += 2) {
      const a = yield* ex.submit(all[n % all.length]!(kind === "ThreadExecutor" ? tally : "/dev/null", n), { timeout: 10 })
      const b = yield* ex.submit(all[(n + 1) % all.length]!(kind === "ThreadExecutor" ? tally : "/dev/null", n + 1), { timeout: 10 })
      yield* Effect.exit(a); yield* Effect.exit(b)
    }
    yield* Effect.promise(gc)
    const w = yield* ex.submit(Storm.memory())
    const m = process.memoryUsage()
    console.log(upto, Math.round(performance.now() - t), "heap", m.heapUsed, "rss", Math.round(m.rss / 1e6), "ext", m.external, m.arrayBuffers, "worker", yield* w)
  }
})))

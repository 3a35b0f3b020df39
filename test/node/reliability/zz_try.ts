import { Effect } from "effect"
import { kinds } from "../distant/support.ts"
import { weather, describeFaults, debug } from "./storm.ts"
import { engineOf } from "../../../src/internal/executor/ExecutorImpl.ts"
import { describeBooks } from "../../support/engineBooks.ts"
const [k, n, seed0, rounds] = process.argv.slice(2)
const [kind, make] = kinds.find(([x]) => x.toLowerCase().startsWith(k!))!
let bad = 0
for (let i = 0; i < Number(rounds ?? 1); i++) {
  const seed = Number(seed0) + i
  const t = performance.now()
  let last = -1
  const timer = setInterval(() => {
    const s = debug.storm!
    const done = s.seen.filter((x: any) => x.future.isDone).length + s.seen.length * 1e6
    if (done === last) {
      const e = engineOf(s.executor)
      console.log("STUCK", seed, s.seen.length, describeBooks(e))
      for (const w of e.distantWorkers as any)
        console.log(
          w.id,
          w.isAlive,
          "ahead",
          w.ahead.size,
          w.handle.state,
          "ledger",
          w.handle.ledger?.size,
          "held",
          w.handle.held?.length,
          "shaken",
          w.handle.isShaken,
          w.handle.isGivenUp,
          w.handle.isCutting
        )
      for (const x of s.seen.filter((x: any) => !x.future.isDone).slice(0, 8)) {
        const f = x.future as any
        console.log(
          String(f),
          f.handedOver !== undefined,
          f.taskRun?.lease?.worker.id,
          f.hasBegun,
          f.stoppedFor,
          f.isUnattended,
          Number(s.counted.runs()[x.index])
        )
      }
      for (const x of s.seen.filter((x: any) => !x.future.isDone && x.future.state === "running")) {
        const f = x.future as any
        console.log(
          "RUNNING",
          String(f),
          f.handedOver !== undefined,
          f.handedOver?.end,
          f.handedOver?.follower?.constructor?.name,
          f.taskRun?.lease?.worker.id,
          f.hasBegun,
          f.stoppedFor,
          f.isUnattended,
          Number(s.counted.runs()[x.index]),
          x.isStopped,
          x.options
        )
      }
      for (const w of e.distantWorkers as any)
        for (const en of w.handle.ledger?.entries ?? [])
          console.log(
            "ENTRY",
            w.id,
            en.seq,
            en.call.request.task,
            en.call.end,
            en.escalation,
            w.handle.memory.words[16 + (en.seq % 256)] & 7
          )
      process.exit(9)
    }
    last = done
  }, 10000)
  const r = await Effect.runPromise(Effect.scoped(weather(kind, make, { count: Number(n), seed, maxWorkers: 2 })))
  clearInterval(timer)
  console.log(seed, Math.round(performance.now() - t), JSON.stringify(r.stats))
  if (r.faults.length) {
    bad++
    console.log(describeFaults(seed, r.faults))
  }
}
process.exit(bad)

import { Effect } from "effect"
import * as cp from "node:child_process"
import { kinds } from "../distant/support.ts"
import { Storm } from "./stormTasks.ts"
import { engineOf } from "../../../src/internal/executor/ExecutorImpl.ts"
import { describeBooks } from "../../support/engineBooks.ts"
const [k, secs] = process.argv.slice(2)
const [kind, make] = kinds.find(([x]) => x.toLowerCase().startsWith(k!))!
const tally: any = kind === "ThreadExecutor" ? new Int32Array(new SharedArrayBuffer(40000)) : "/dev/null"
const all = [Storm.spins, Storm.spinsInTry, Storm.spinsInPromises, Storm.spinsInTimer, Storm.waitsForAtom]
let progress = 0, last = -1, ex: any, fs: any[] = [], step = ""
setInterval(() => {
  if (progress !== last) { last = progress; return }
  const e = engineOf(ex)
  console.log("STUCK", step, progress, describeBooks(e))
  const st: any = (e.lanes as any).pool.state
  console.log("POOL", { usage: st.usage, items: st.items.size, inv: st.invalidated.size, waiters: st.waiters.size })
  for (const w of e.distantWorkers as any) { const h = w.handle; console.log("W", w.id, w.isAlive, "ahead", w.ahead.size, h.state, "entries", h.calls?.entries.size, "waiting", h.calls?.waiting.length, "sent", h.calls?.sent.size, "ready", h.isReady, h.child?.killedFor, h.child?.hasExited, h.child?.openPipes) }
  for (const f of fs) console.log(String(f), f.handedOver !== undefined, f.handedOver?.end, f.taskRun?.lease?.worker.id, f.hasBegun, f.stoppedFor, f.isUnattended, f.deadline)
  console.log(cp.execSync("ps -o pid,ppid,stat,time,wchan:20,args --ppid " + process.pid + " | cut -c1-120").toString())
  for (const w of e.distantWorkers as any) { const h = w.handle; for (const en of h.calls?.entries.values() ?? []) console.log("ENTRY", en.id, en.slot, en.isForced, en.stopping, en.call.request.task, h.calls.hasBegun(en)) }
  process.exit(1)
}, 15000)
const end = Date.now() + Number(secs) * 1000
let n = 0
while (Date.now() < end) {
  await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
    const count = 2
    ex = yield* make({ maxWorkers: count })
    for (let i = 0; i < 10; i++) {
      fs = []
      for (let j = 0; j < count; j++) fs.push(yield* ex.submit(all[n++ % all.length]!(tally, n % 1000), { timeout: 10 }))
      for (const f of fs) { yield* Effect.exit(f as any); progress++ }
    }
    step = "memory"; fs = [yield* ex.submit(Storm.memory())]; yield* fs[0]
    step = "closing"
  })))
  step = ""
}
console.log("ok", n)
process.exit(0)

// A thread that spins is paused, whether its stack is deep or not. What happens then is the first argument. The program has to end.
import { Worker } from "node:worker_threads"
import { InspectorHub } from "../../../../src/internal/node/preemption/InspectorHub.ts"
import { makeGate } from "../../../../src/internal/node/preemption/SendGate.ts"

const what = process.argv[2]
const frames = Number(process.argv[3])

const code = `
  const { parentPort } = await import("node:worker_threads")
  const down = (n) => {
    if (n === 0) {
      parentPort.postMessage("spins")
      for (;;);
    }
    return down(n - 1) + 1
  }
  parentPort.once("message", () => down(${frames}))
`
const hub = InspectorHub.acquire()
const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), {
  resourceLimits: { stackSizeMb: 96 }
})
const inspector = hub.register(worker.threadId, makeGate(), () => {
  if (what === "exits while it is paused") process.exit()
})
worker.once("exit", () => {
  console.log("the thread has ended")
  inspector.close()
  void hub.release()
})
worker.once("message", () => {
  inspector.tell("Debugger.pause")
  // The thread is terminated before V8 has paused it.
  if (what === "terminates it before") inspector.shutThen(() => void worker.terminate())
  if (what === "exits before") setTimeout(() => process.exit(), 20)
})
hub.open()
await inspector.settled
await inspector.command("Debugger.enable", {}, 5000)
worker.postMessage("spin")

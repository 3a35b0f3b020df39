import { parentPort } from "node:worker_threads"
import type { CallRequest } from "../../../../src/internal/remote/Call.ts"
import { encodingFailure } from "../../../../src/internal/remote/codec/encodeReply.ts"
import { EffectCalls } from "../../../../src/internal/remote/host/EffectCalls.ts"
import { TaskRunner } from "../../../../src/internal/remote/host/TaskRunner.ts"

// As little as a worker can be: one call at a time, one message each.
const port = parentPort!
const runner = new TaskRunner({
  loadEffects: () => new EffectCalls((message) => port.postMessage(message)),
  wantsEffects: () => true,
  sharesMemory: true
})

port.on("message", async (request: CallRequest | "close") => {
  if (request === "close") {
    void runner.close().then(() => port.close())
    return
  }
  await runner.load?.(request)
  runner.run(request, {
    called: () => {},
    elements: () => {},
    report: () => {},
    ended: (reply, transfer) => {
      if (reply._tag === "Interrupted") return
      try {
        port.postMessage(reply, transfer as Array<ArrayBuffer>)
      } catch (reason) {
        port.postMessage(encodingFailure(request.task, reason, reply))
      }
    }
  })
})

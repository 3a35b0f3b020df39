import { threadId, workerData } from "node:worker_threads"
import { Backlog } from "./Backlog.ts"
import * as Protocol from "./inspectorProtocol.ts"
import { readStack } from "./PausedStack.ts"
import { SendGate } from "./SendGate.ts"

// The file of the thread that has the inspector session. It loads nothing of Effect, so it starts quickly.

const { port } = workerData as Protocol.RelayData

/** The URLs of the scripts of each session, by their IDs. There are hundreds, and only this thread reads them. */
const scripts = new Map<string, Map<string, string>>()

interface Message {
  readonly method?: string
  readonly params?: unknown
}

interface Frame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

const post = (message: Protocol.FromRelay): void => port.postMessage(message)

const receive = (sessionId: string, text: string): void => {
  const message = JSON.parse(text) as Message
  if (message.method === "Debugger.scriptParsed") {
    const { scriptId, url } = message.params as { readonly scriptId: string; readonly url: string }
    scripts.get(sessionId)?.set(scriptId, url)
  } else if (message.method === "Debugger.paused") {
    const { callFrames, reason } = message.params as {
      readonly callFrames: ReadonlyArray<Frame>
      readonly reason: string
    }
    const urls = scripts.get(sessionId)
    const frames = callFrames.map((frame) => ({ ...frame, url: urls?.get(frame.location.scriptId) ?? "" }))
    post([Protocol.Paused, sessionId, readStack(reason, frames)])
  } else post([Protocol.Received, sessionId, message])
}

const start = (): void => {
  // The module is not imported, because a runtime may lack it.
  const inspector = process.getBuiltinModule("node:inspector")
  const session = new inspector.Session()
  session.connectToMainThread()

  const later = new Backlog().add

  const detach = (sessionId: string): Promise<void> => {
    scripts.delete(sessionId)
    return new Promise((resolve) => session.post("NodeWorker.detach", { sessionId }, () => resolve()))
  }
  // A paused thread goes on when it is detached, but not when the session only ends. The program's thread does that, even while it waits
  // for `done`.
  const disconnect = async (done: Int32Array): Promise<void> => {
    await Promise.all(Array.from(scripts.keys(), detach))
    session.disconnect()
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  }
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) =>
    later(() => {
      // The title has the number of the thread. `workerId` is counted anew in each session.
      const id = Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1])
      if (id === threadId) return void detach(sessionId)
      scripts.set(sessionId, new Map())
      post([Protocol.Attached, sessionId, id])
    })
  )
  session.on("NodeWorker.detachedFromWorker", ({ params }) => later(() => scripts.delete(params.sessionId)))
  session.on("NodeWorker.receivedMessageFromWorker", ({ params }) =>
    later(() => receive(params.sessionId, params.message))
  )
  const enable = (): void =>
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) =>
      later(() => post(error === null ? [Protocol.Enabled] : [Protocol.Refused, error]))
    )
  port.on("message", (message: Protocol.ToRelay) => {
    if (message[0] === Protocol.Detach) void detach(message[1])
    else if (message[0] === Protocol.Disconnect) void disconnect(message[1])
    else if (message[0] === Protocol.Enable) enable()
    else {
      const [, sessionId, text, words] = message
      const gate = new SendGate(words)
      try {
        session.post("NodeWorker.sendMessageToWorker", { sessionId, message: text }, () => gate.leave())
      } catch {
        // The session is closed, because the program ends.
        gate.leave()
      }
    }
  })
  post([Protocol.Ready])
}

try {
  start()
} catch (reason) {
  post([Protocol.Refused, reason])
}

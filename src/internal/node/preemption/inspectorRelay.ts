import { threadId, workerData } from "node:worker_threads"
import * as Protocol from "./inspectorProtocol.ts"
import { SendGate } from "./SendGate.ts"

// What the thread runs that has the inspector session. It is loaded by Node alone, with nothing of Effect, and starts in no time.

const { port } = workerData as Protocol.RelayData

/** The URLs of the scripts of each session, by their IDs. There are hundreds, and only here are they looked at. */
const scripts = new Map<string, Map<string, string>>()

interface Message {
  readonly method?: string
  readonly params?: unknown
}

interface Frame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly scriptId: string }
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
    // Without the scopes, which are most of it.
    const frames = callFrames.map(({ callFrameId, functionName, location }) => ({
      callFrameId,
      functionName,
      location,
      url: urls?.get(location.scriptId) ?? ""
    }))
    post([Protocol.Received, sessionId, { method: message.method, params: { callFrames: frames, reason } }])
  } else post([Protocol.Received, sessionId, message])
}

const start = (): void => {
  // Not imported, as a runtime may have none.
  const inspector = process.getBuiltinModule("node:inspector")
  const session = new inspector.Session()
  session.connectToMainThread()

  // Node calls these in the midst of whatever JavaScript runs here, so they do no more than put it aside.
  const events: Array<() => void> = []
  const later = (event: () => void): void => {
    events.push(event)
    if (events.length === 1) void Promise.resolve().then(drain)
  }
  const drain = (): void => {
    for (let next = events[0]; next !== undefined; next = events[0]) {
      next()
      events.shift()
    }
  }

  const detach = (sessionId: string): void => {
    scripts.delete(sessionId)
    session.post("NodeWorker.detach", { sessionId }, () => {})
  }
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) =>
    later(() => {
      // Its `workerId` is something else: each session counts anew.
      const id = Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1])
      if (id === threadId) return detach(sessionId)
      scripts.set(sessionId, new Map())
      post([Protocol.Attached, sessionId, id])
    })
  )
  session.on("NodeWorker.detachedFromWorker", ({ params }) => later(() => scripts.delete(params.sessionId)))
  session.on("NodeWorker.receivedMessageFromWorker", ({ params }) =>
    later(() => receive(params.sessionId, params.message))
  )
  session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) =>
    later(() => post(error === null ? [Protocol.Enabled] : [Protocol.Refused, error]))
  )
  port.on("message", (message: Protocol.ToRelay) => {
    if (message[0] === Protocol.Detach) detach(message[1])
    else if (message[0] === Protocol.Disconnect) {
      session.disconnect()
      Atomics.store(message[1], 0, 1)
      Atomics.notify(message[1], 0)
    } else {
      const [, sessionId, text, words] = message
      const gate = new SendGate(words)
      session.post("NodeWorker.sendMessageToWorker", { sessionId, message: text }, () => gate.leave())
    }
  })
}

try {
  start()
} catch (reason) {
  post([Protocol.Refused, reason])
}

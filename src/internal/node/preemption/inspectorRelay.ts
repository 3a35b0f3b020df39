import { threadId, workerData } from "node:worker_threads"
import { Backlog } from "./Backlog.ts"
import * as Protocol from "./inspectorProtocol.ts"
import { SendGate } from "./SendGate.ts"
import { type SessionMessage, SessionReader } from "./SessionReader.ts"

// The file of the thread that has the inspector session. It loads nothing of Effect, so it starts quickly.

const { port } = workerData as Protocol.RelayData

const sessions = new Map<string, SessionReader>()

const post = (message: Protocol.FromRelay): void => port.postMessage(message)

const attach = (sessionId: string): void => {
  const reader = new SessionReader(
    (stack) => post([Protocol.Paused, sessionId, stack]),
    (message) => post([Protocol.Received, sessionId, message])
  )
  sessions.set(sessionId, reader)
}

const start = (): void => {
  // The module is not imported, because a runtime may lack it.
  const inspector = process.getBuiltinModule("node:inspector")
  const session = new inspector.Session()
  session.connectToMainThread()

  const later = new Backlog().add

  const detach = (sessionId: string): Promise<void> => {
    sessions.delete(sessionId)
    return new Promise((resolve) => session.post("NodeWorker.detach", { sessionId }, () => resolve()))
  }
  // A paused thread goes on when it is detached, but not when the session only ends. The program's thread does that, even while it waits
  // for `done`.
  const disconnect = async (done: Int32Array): Promise<void> => {
    await Promise.all(Array.from(sessions.keys(), detach))
    session.disconnect()
    Atomics.store(done, 0, 1)
    Atomics.notify(done, 0)
  }
  session.on("NodeWorker.attachedToWorker", ({ params: { sessionId, workerInfo } }) =>
    later(() => {
      // The title has the number of the thread. `workerId` is counted anew in each session.
      const id = Number(/^\[worker (\d+)\]/.exec(workerInfo.title)?.[1])
      if (id === threadId) return void detach(sessionId)
      attach(sessionId)
      post([Protocol.Attached, sessionId, id])
    })
  )
  session.on("NodeWorker.detachedFromWorker", ({ params }) => later(() => sessions.delete(params.sessionId)))
  session.on("NodeWorker.receivedMessageFromWorker", ({ params }) =>
    later(() => sessions.get(params.sessionId)?.read(JSON.parse(params.message) as SessionMessage))
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

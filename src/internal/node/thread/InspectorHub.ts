import type { Session } from "node:inspector"

/** What a worker's inspector sends that is not the answer to a command. */
export type Notified = (method: string, params: unknown) => void

interface AttachedToWorker {
  readonly params: { readonly sessionId: string; readonly workerInfo: { readonly title: string } }
}

interface ReceivedMessage {
  readonly params: { readonly sessionId: string; readonly message: string }
}

/**
 * The way to the inspectors of worker threads: one session for all of them, which is open as long as there is one.
 *
 * The session is attached to a worker when that starts, as one that spins already cannot be attached to.
 */
export class InspectorHub {
  private static current: InspectorHub | undefined = undefined
  private readonly session: Session
  private readonly byThread = new Map<string, WorkerInspector>()
  private readonly bySession = new Map<string, WorkerInspector>()
  private users = 0

  private constructor(session: Session) {
    this.session = session
    session.on("NodeWorker.attachedToWorker", this.onAttached)
    session.on("NodeWorker.receivedMessageFromWorker", this.onMessage)
  }

  /** To be called before the worker is made, and `release`d after it has ended. Throws where there is no inspector. */
  static acquire(): InspectorHub {
    const hub = (InspectorHub.current ??= InspectorHub.open())
    hub.users++
    return hub
  }

  private static open(): InspectorHub {
    // Not imported, as a runtime may have none.
    const inspector = process.getBuiltinModule("node:inspector")
    const session = new inspector.Session()
    session.connect()
    const hub = new InspectorHub(session)
    let refusal: Error | null = null
    // Answered before it returns.
    session.post("NodeWorker.enable", { waitForDebuggerOnStart: false }, (error) => (refusal = error))
    if (refusal === null) return hub
    session.disconnect()
    throw refusal as Error
  }

  release(): void {
    if (--this.users > 0) return
    if (InspectorHub.current === this) InspectorHub.current = undefined
    this.session.post("NodeWorker.disable")
    this.session.disconnect()
    this.session.removeAllListeners()
  }

  /** For the worker that was just made. */
  register(threadId: number, notified: Notified): WorkerInspector {
    const key = String(threadId)
    const inspector = new WorkerInspector(
      notified,
      (sessionId, message) => this.session.post("NodeWorker.sendMessageToWorker", { sessionId, message }, () => {}),
      () => {
        this.byThread.delete(key)
        if (inspector.sessionId !== undefined) this.bySession.delete(inspector.sessionId)
      }
    )
    this.byThread.set(key, inspector)
    return inspector
  }

  private readonly onAttached = ({ params }: AttachedToWorker): void => {
    // Its `workerId` is something else: each session counts anew.
    const threadId = /^\[worker (\d+)\]/.exec(params.workerInfo.title)?.[1]
    const inspector = threadId === undefined ? undefined : this.byThread.get(threadId)
    if (inspector === undefined) {
      // Somebody else's worker.
      this.session.post("NodeWorker.detach", { sessionId: params.sessionId }, () => {})
      return
    }
    inspector.sessionId = params.sessionId
    this.bySession.set(params.sessionId, inspector)
  }

  private readonly onMessage = ({ params }: ReceivedMessage): void => {
    this.bySession.get(params.sessionId)?.receive(params.message)
  }
}

type Answer = { readonly result?: unknown; readonly error?: unknown }

/** One worker's inspector. */
export class WorkerInspector {
  sessionId: string | undefined = undefined
  private readonly notified: Notified
  private readonly send: (sessionId: string, message: string) => void
  private readonly unregister: () => void
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>()
  private id = 0

  constructor(notified: Notified, send: (sessionId: string, message: string) => void, unregister: () => void) {
    this.notified = notified
    this.send = send
    this.unregister = unregister
  }

  /** The result of a command, `undefined` if it fails or nobody answers within that time. */
  async command(method: string, params: object, within: number): Promise<unknown> {
    const { sessionId } = this
    if (sessionId === undefined) return undefined
    const id = ++this.id
    const answer = await new Promise<Answer | undefined>((resolve) => {
      const timer = setTimeout(resolve, within, undefined)
      this.waiting.set(id, (answer) => {
        clearTimeout(timer)
        resolve(answer)
      })
      this.send(sessionId, JSON.stringify({ id, method, params }))
    })
    this.waiting.delete(id)
    return answer?.error === undefined ? answer?.result : undefined
  }

  /** Without waiting for an answer. */
  tell(method: string): void {
    if (this.sessionId !== undefined) this.send(this.sessionId, JSON.stringify({ id: ++this.id, method }))
  }

  receive(message: string): void {
    const received = JSON.parse(message) as { id?: number; method: string; params: unknown } & Answer
    if (received.id === undefined) this.notified(received.method, received.params)
    else this.waiting.get(received.id)?.(received)
  }

  /** The worker has ended. */
  close(): void {
    this.unregister()
    // Who is about to cut learns of the end a little later, and the session is closed with the last worker.
    this.sessionId = undefined
    for (const resolve of this.waiting.values()) resolve(undefined)
  }
}

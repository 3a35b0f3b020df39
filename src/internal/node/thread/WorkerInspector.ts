interface Answer {
  readonly result?: unknown
  readonly error?: unknown
}

export interface WorkerInspectorOptions {
  /** What the worker's inspector sends that is not the answer to a command. */
  readonly notified: (method: string, params: unknown) => void
  readonly send: (sessionId: string, message: string) => void
  readonly unregister: () => void
}

/** One worker's inspector. */
export class WorkerInspector {
  /** `undefined` if it is not attached: then nobody answers. */
  sessionId: string | undefined = undefined
  /** Why it cannot be attached. */
  refusal: unknown = undefined
  /** Done when it is attached, or will never be; `undefined` from then on. */
  settled: Promise<void> | undefined
  private readonly whenSettled: () => void
  private readonly options: WorkerInspectorOptions
  private readonly waiting = new Map<number, (answer: Answer | undefined) => void>()
  private id = 0

  constructor(options: WorkerInspectorOptions) {
    this.options = options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.settled = promise
    this.whenSettled = resolve
  }

  settle(sessionId: string | undefined, refusal: unknown): void {
    this.sessionId = sessionId
    this.refusal = refusal
    this.settled = undefined
    this.whenSettled()
    if (sessionId === undefined) this.drop()
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
      this.options.send(sessionId, JSON.stringify({ id, method, params }))
    })
    this.waiting.delete(id)
    return answer?.error === undefined ? answer?.result : undefined
  }

  /** Without waiting for an answer. */
  tell(method: string): void {
    if (this.sessionId !== undefined) this.options.send(this.sessionId, JSON.stringify({ id: ++this.id, method }))
  }

  receive(message: unknown): void {
    // As the relay parsed it.
    const received = message as { readonly id?: number; readonly method: string; readonly params: unknown } & Answer
    if (received.id === undefined) this.options.notified(received.method, received.params)
    else this.waiting.get(received.id)?.(received)
  }

  /** The worker has ended. */
  close(): void {
    this.options.unregister()
    // Who is about to cut learns of the end a little later, and the session is closed with the last worker.
    this.settle(undefined, this.refusal)
  }

  private drop(): void {
    for (const resolve of this.waiting.values()) resolve(undefined)
  }
}

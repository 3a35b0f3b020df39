import { type PausedStack, readStack } from "./PausedStack.ts"

/** A message of a session: an answer, or the news that something has happened. */
export interface SessionMessage {
  readonly method?: string
  readonly params?: unknown
}

interface Frame {
  readonly callFrameId: string
  readonly functionName: string
  readonly location: { readonly scriptId: string; readonly lineNumber: number; readonly columnNumber?: number }
}

/** Reads the messages of a session, and gives the frames of stacks their files. */
export class SessionReader {
  /** The URLs of the scripts, by their IDs. There are hundreds, and only the relay reads them. */
  private readonly scripts = new Map<string, string>()
  private readonly paused: (stack: PausedStack) => void
  private readonly received: (message: SessionMessage) => void

  constructor(paused: (stack: PausedStack) => void, received: (message: SessionMessage) => void) {
    this.paused = paused
    this.received = received
  }

  read(message: SessionMessage): void {
    if (message.method === "Debugger.scriptParsed") {
      const { scriptId, url } = message.params as { readonly scriptId: string; readonly url: string }
      this.scripts.set(scriptId, url)
    } else if (message.method === "Debugger.paused") {
      const { callFrames, reason } = message.params as {
        readonly callFrames: ReadonlyArray<Frame>
        readonly reason: string
      }
      const frames = callFrames.map((frame) => ({ ...frame, url: this.scripts.get(frame.location.scriptId) ?? "" }))
      this.paused(readStack(reason, frames))
    } else this.received(message)
  }
}

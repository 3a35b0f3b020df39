const flush = (stream: NodeJS.WriteStream) =>
  new Promise<void>((resolve) => {
    try {
      stream.write("", () => resolve())
    } catch {
      // A task has closed the stream.
      resolve()
    }
  })

/** Settles when everything that the tasks of this worker have printed has left it. */
export const flushOutput = (): Promise<unknown> => Promise.all([flush(process.stdout), flush(process.stderr)])

/** Ends this worker when its output has left it. If that takes too long, the parent ends it by force. */
export const exitFlushed = (code: number): void => void flushOutput().then(() => process.exit(code))

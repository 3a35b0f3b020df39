/** Ends this worker when all that its tasks have printed has left it. If that takes too long, the parent ends it by force. */
export const exitFlushed = (code: number): void => {
  const flush = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => {
      try {
        stream.write("", () => resolve())
      } catch {
        // A task has closed the stream.
        resolve()
      }
    })
  void Promise.all([flush(process.stdout), flush(process.stderr)]).then(() => process.exit(code))
}

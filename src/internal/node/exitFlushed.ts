/** Ends this worker, once what its tasks have printed has left it. The parent ends it by force if that takes too long. */
export const exitFlushed = (code: number): void => {
  const flush = (stream: NodeJS.WriteStream) =>
    new Promise<void>((resolve) => {
      try {
        stream.write("", () => resolve())
      } catch {
        // A task has closed it.
        resolve()
      }
    })
  void Promise.all([flush(process.stdout), flush(process.stderr)]).then(() => process.exit(code))
}

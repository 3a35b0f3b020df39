/** For pools that know signals and no timeouts. */
export const abortAfter = async (
  timeout: number | undefined,
  run: (signal: AbortSignal | undefined) => Promise<unknown>
): Promise<unknown> => {
  if (timeout === undefined) return run(undefined)
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), timeout)
  try {
    return await run(controller.signal)
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Watches how much this thread computes between two turns of its event loop, in milliseconds: what other programs on the machine
 * take of the processor does not count.
 */
export const watchTurns = () => {
  const used = (): number => {
    const { system, user } = process.threadCpuUsage()
    return (system + user) / 1000
  }
  let last = used()
  const long: Array<number> = []
  const look = (): void => {
    const now = used()
    if (now - last > 1) long.push(now - last)
    last = now
  }
  const timer = setInterval(look, 1)
  return {
    /** The longest turn, and how many took longer than that. */
    stop: (limit: number): { readonly longest: number; readonly over: number } => {
      clearInterval(timer)
      look()
      return { longest: long.reduce((a, b) => Math.max(a, b), 0), over: long.filter((millis) => millis > limit).length }
    }
  }
}

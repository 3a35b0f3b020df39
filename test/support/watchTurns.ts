/**
 * Watches how much this thread computes between two turns of its event loop, at most, in milliseconds: what other programs on the machine
 * take of the processor does not count.
 */
export const watchTurns = () => {
  const used = (): number => {
    const { system, user } = process.threadCpuUsage()
    return (system + user) / 1000
  }
  let last = used()
  let longest = 0
  const look = (): void => {
    const now = used()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(look, 1)
  return {
    stop: (): number => {
      clearInterval(timer)
      look()
      return longest
    }
  }
}

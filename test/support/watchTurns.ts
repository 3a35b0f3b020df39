import { PerformanceObserver } from "node:perf_hooks"

interface Span {
  readonly from: number
  readonly to: number
}

interface Turn extends Span {
  /** Milliseconds of the processor. */
  readonly used: number
}

const overlap = (one: Span, other: Span): number =>
  Math.max(0, Math.min(one.to, other.to) - Math.max(one.from, other.from))

/**
 * Watches how much this thread computes between two turns of its event loop, in milliseconds: what other programs on the machine
 * take of the processor does not count. Nor do garbage collections, which take the longer the more a test itself keeps.
 */
export const watchTurns = () => {
  const used = (): number => {
    const { system, user } = process.threadCpuUsage()
    return (system + user) / 1000
  }
  const collections: Array<Span> = []
  const observer = new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries())
      collections.push({ from: startTime, to: startTime + duration })
  })
  observer.observe({ entryTypes: ["gc"] })
  let last = { at: performance.now(), used: used() }
  const long: Array<Turn> = []
  const look = (): void => {
    const now = { at: performance.now(), used: used() }
    if (now.used - last.used > 1) long.push({ from: last.at, to: now.at, used: now.used - last.used })
    last = now
  }
  const timer = setInterval(look, 1)
  const computed = (turn: Turn): number =>
    collections.reduce((left, collection) => left - overlap(turn, collection), turn.used)
  return {
    /** The longest turn, and how many took longer than that. */
    stop: (limit: number): { readonly longest: number; readonly over: number } => {
      clearInterval(timer)
      look()
      observer.disconnect()
      const turns = long
        .toSorted((one, other) => other.used - one.used)
        .slice(0, 1000)
        .map(computed)
      return { longest: Math.max(0, ...turns), over: turns.filter((millis) => millis > limit).length }
    }
  }
}

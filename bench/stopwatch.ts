/** Starts to count; the result tells the milliseconds since. */
export const stopwatch = (): (() => number) => {
  const start = performance.now()
  return () => performance.now() - start
}

export const perSecond = (tasks: number, millis: number): number => (tasks / millis) * 1000

export const microsEach = (tasks: number, millis: number): number => (millis / tasks) * 1000

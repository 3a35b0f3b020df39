const units: ReadonlyArray<readonly [micros: number, unit: string]> = [
  [3_600_000_000, "h"],
  [60_000_000, "min"],
  [1_000_000, "s"],
  [1000, "ms"]
]

/** A time in microseconds, written with three digits. */
export const inTime = (micros: number): string => {
  const found = units.find(([size]) => Math.abs(micros) >= size)
  if (found === undefined) return `${Math.round(micros)} µs`
  const value = micros / found[0]
  return `${value.toFixed(Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2)} ${found[1]}`
}

/** The text, or as much of its beginning as fits. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : length < 2 ? "" : `${text.slice(0, length - 1)}…`

export const inNumbers = (n: number): string => n.toLocaleString("en-US")

export const outcomeText: Readonly<Record<string, string>> = {
  succeeded: "succeeded",
  failed: "failed",
  cancelled: "cancelled",
  timedOut: "timed out",
  open: "not ended"
}

export const firstLine = (text: string | number): string => String(text).split("\n")[0]!

/** A number of tasks, in words. */
export const inTasks = (count: number): string => `${inNumbers(count)} ${count === 1 ? "task" : "tasks"}`

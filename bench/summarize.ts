/** Several rounds in short. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  /** In the order in which they were measured. */
  readonly values: ReadonlyArray<number>
}

export const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value) / values.length

export const summarize = (values: ReadonlyArray<number>): Summary => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2
  return { median, min: sorted[0]!, max: sorted.at(-1)!, values }
}

/** Each value over the one of the same round: load from outside that lasts longer than a round cancels out. */
export const ratios = (above: ReadonlyArray<number>, below: ReadonlyArray<number>): Summary =>
  summarize(above.slice(0, below.length).map((value, round) => value / below[round]!))

/** A line of a trace: what one fiber did before another one went on, or before it came to another place. */
export interface TraceStep {
  readonly fiber: string
  /** The line of its source, or, where that is not known, what Effect calls the step. */
  readonly what: string
  /** Path and line. */
  readonly where: string | undefined
  /** Milliseconds of the program's time. */
  readonly millis: number
  /** Why it could go on, if it did not just go on. */
  readonly because: string | undefined
  /**
   * Whether the schedule deviates here: another fiber would usually have gone on.
   *
   * @since 0.2.0
   */
  readonly isDeviation: boolean
}

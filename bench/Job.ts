import type { Probe } from "./contenders/Contender.ts"

/** What a process measures, again and again. */
export interface Job {
  /** The module of the contender. */
  readonly module: string
  readonly probe: Probe
  readonly size: number
  /** Without it, the process starts cold. */
  readonly warmUp: { readonly size: number; readonly millis: number } | undefined
  /** A round repeats the measurement until it has taken this long, and gives the mean. */
  readonly roundMillis: number
}

/** What its parent asks of it. */
export type Request = "warm up" | "measure"

/** What it answers: the first time that it is ready, then what it has measured. */
export type Answer = number | "done"

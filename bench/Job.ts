import type { Probe } from "./contenders/Contender.ts"

/** A measurement that a process repeats. */
export interface Job {
  /** The module of the contender. */
  readonly module: string
  readonly probe: Probe
  readonly size: number
  /** The warm-up. Without it, the process starts cold. */
  readonly warmUp: { readonly size: number; readonly millis: number } | undefined
  /** A round repeats the measurement until it has taken this long, and gives the mean. */
  readonly roundMillis: number
}

/** A request of the parent. */
export type Request = "warm up" | "measure"

/** An answer of the process: at first that it is ready, and then what it has measured. */
export type Answer = number | "done"

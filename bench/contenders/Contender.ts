/** What can be measured of a contender. Each gives one number, in the unit of its table. */
export type Probe =
  /** Tasks a second: promise tasks, all submitted before the first may run. */
  | "throughput"
  /** The same, but tasks may run while others are being submitted. */
  | "throughputOpen"
  /** The same, each task with a timeout that never strikes. */
  | "throughputTimed"
  /** Bytes that a pending task takes besides the task itself. */
  | "memory"
  | "memoryTimed"
  /** Microseconds to cancel one of the pending tasks, wherever it waits. */
  | "cancel"
  /** Microseconds a task, one after the other. */
  | "sequential"
  | "sequentialTimed"
  /** Milliseconds to get rid of the pending tasks. */
  | "shutdown"

/** A way to run at most `lanes` tasks at a time. */
export interface Contender {
  readonly name: string
  /** Its module, which exports it as `contender`, so that a process can load it and no other. */
  readonly module: string
  /** Not a competitor but a yardstick, and mostly slow: measured in fewer rounds. */
  readonly isReference?: true
  /** The most tasks it can manage in reasonable time. */
  readonly largest?: number
  /**
   * Starts one that runs a task for ever and has another one wait. A process holds on to it, as an application holds on
   * to its executor. Without it nothing of the kind is left when garbage is collected between rounds, so V8 forgets
   * what such objects look like, throws the code away that it optimized for them, and every round starts half cold.
   */
  readonly keep?: () => unknown
  /** `size` is the number of tasks. What is absent it cannot do. */
  readonly probes: Readonly<Partial<Record<Probe, (size: number) => Promise<number>>>>
}

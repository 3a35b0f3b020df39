/** The measurements of a contender. Each gives one number, in the unit of its table. */
export type Probe =
  /** Tasks a second: promise tasks, all submitted before the first may run. */
  | "throughput"
  /** Like `throughput`, but tasks may run while others are being submitted. */
  | "throughputOpen"
  /** Like `throughput`, but each task has a timeout that never strikes. */
  | "throughputTimed"
  /** Bytes that a pending task takes besides the task itself. */
  | "memory"
  | "memoryTimed"
  /** Microseconds to cancel one of the pending tasks, wherever it waits. */
  | "cancel"
  /** Microseconds a task, one after the other; of workers, additions on two of them. */
  | "sequential"
  | "sequentialTimed"
  /** Milliseconds to get rid of the pending tasks. */
  | "shutdown"
  /** Tasks a second: additions on two workers, all submitted at once. */
  | "burst"
  /** Milliseconds from making a pool of one worker to its first answer. */
  | "startup"
  /** How many times as fast two workers compute as one. */
  | "scaling"
  /** Milliseconds for so many bytes to a worker and back. */
  | "clone"
  | "transfer"
  | "transferMean"
  /** Milliseconds from the timeout of a stuck task to the next task's answer, on one worker. */
  | "recovery"
  /** Tasks that two workers run at a time after so many stuck ones. */
  | "whole"
  /** The share of the throughput that is left when one task in a hundred spins until its timeout. */
  | "spinners"
  /** Elements a second of a stream from a worker. */
  | "elements"
  /** Chunks of a megabyte a second, of a stream from a worker. */
  | "chunks"
  /** Microseconds to get the executor of a key that is known, where there are so many keys. */
  | "keyedGet"
  /** Tasks a second over so many keys. */
  | "keyedTasks"
  /** Bytes that a key takes which has had a task, and is idle. */
  | "keyedMemory"
  /** Microseconds to run a program of so many steps in one schedule. */
  | "schedule"
  /** Milliseconds to look for the bugs of SCTBench's programs, with so many seeds. */
  | "firstBugs"

/** A way to run tasks: at most `lanes` at a time in this thread, or in workers. */
export interface Contender {
  readonly name: string
  /** The module that exports it as `contender`, so that a process can load it and no other. */
  readonly module: string
  /** Whether the contender is a yardstick and no competitor. Yardsticks are mostly slow, so they are measured in fewer rounds. */
  readonly isReference?: true
  /** Whether the contender is another setting of a competitor. It is shown only where it makes a difference. */
  readonly isSetting?: true
  /** The most rounds of measurements that take it long. */
  readonly rounds?: Readonly<Partial<Record<Probe, number>>>
  /** The most tasks it can manage in reasonable time. */
  readonly largest?: number
  /**
   * Starts one that runs a task for ever and has another one wait. A process holds on to it, as an application holds on
   * to its executor. Without it nothing of the kind is left when garbage is collected between rounds, so V8 forgets
   * what such objects look like, throws the code away that it optimized for them, and every round starts half cold.
   */
  readonly keep?: () => unknown
  /** Ends what the probes have left running for the next round. */
  readonly close?: () => Promise<void>
  /** The measurements that it can do. `size` is the number of tasks, or of bytes. */
  readonly probes: Readonly<Partial<Record<Probe, (size: number) => Promise<number>>>>
}

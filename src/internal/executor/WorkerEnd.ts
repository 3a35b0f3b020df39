/** How a thread or a process came to its end. */
export interface WorkerEnd {
  /**
   * `"closed"` with its executor; `"idle"`, as nothing used it; `"retired"`, as it had done its number of tasks; `"stopped"`,
   * to stop a task or what else went on there; `"crashed"`, of itself; `"unresponsive"`, as it did not answer any more.
   */
  readonly kind: "closed" | "idle" | "retired" | "stopped" | "crashed" | "unresponsive"
  readonly exitCode: number | undefined
  readonly signal: string | undefined
  /** The end of what it wrote there. */
  readonly stderr: string
  /** What killed it, where that is known. */
  readonly error: unknown
}

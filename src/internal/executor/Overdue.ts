import type * as Duration from "effect/Duration"

/** Why a task is stopped that has taken too long. */
export class Overdue {
  /** How long it was given. */
  readonly duration: Duration.Duration
  readonly phase: "starting" | "running"

  constructor(duration: Duration.Duration, phase: "starting" | "running") {
    this.duration = duration
    this.phase = phase
  }
}

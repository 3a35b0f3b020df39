/**
 * Does what is put aside in order, in a microtask.
 *
 * Node calls what listens to an inspector session in the midst of whatever JavaScript runs, so a listener only adds to this.
 */
export class Backlog {
  private jobs: Array<() => void> = []

  /** A job that throws is lost, and no other: whoever waits for what it would have told gives up after some time. */
  readonly add = (job: () => void): void => {
    this.jobs.push(job)
    if (this.jobs.length === 1) void Promise.resolve().then(this.drain)
  }

  private readonly drain = (): void => {
    for (let job = this.jobs[0]; job !== undefined; job = this.jobs[0]) {
      try {
        job()
      } catch {
        // See above.
      } finally {
        this.jobs.shift()
      }
    }
  }
}

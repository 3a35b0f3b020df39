/**
 * Runs jobs in order, in a microtask.
 *
 * Node.js calls the listeners of an inspector session in the middle of any running JavaScript, so a listener only adds a job here.
 */
export class Backlog {
  private jobs: Array<() => void> = []

  /** A job that throws does not stop the others. Code that waits for its result gives up after some time. */
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

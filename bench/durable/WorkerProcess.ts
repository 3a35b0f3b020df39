import { type ChildProcess, fork } from "node:child_process"
import * as path from "node:path"
import type { Contender } from "./Contender.ts"
import type { Order, Report } from "./protocol.ts"

/** A process that works for a contender. */
export class WorkerProcess {
  private readonly child: ChildProcess
  private readonly told = new Map<Report["_tag"], PromiseWithResolvers<Report>>()

  private constructor(child: ChildProcess, onRan: (count: number, waited: ReadonlyArray<number>) => void) {
    this.child = child
    child.on("message", (report: Report) => {
      if (report._tag === "Ran") onRan(report.count, report.waited)
      else this.until(report._tag).resolve(report)
    })
    child.once("exit", (code, signal) => {
      const error = new Error(`a worker ended before it was told to: ${code ?? signal}`)
      for (const { reject } of this.told.values()) reject(error)
    })
  }

  /** A process that has loaded what it needs, and has not started to work. */
  static async load(
    { name }: Contender,
    url: string,
    queue: string,
    places: number,
    onRan: (count: number, waited: ReadonlyArray<number>) => void
  ): Promise<WorkerProcess> {
    const file = path.join(import.meta.dirname, "worker.ts")
    const execArgv = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning"]
    const child = fork(file, [name, url, queue, String(places)], {
      execArgv,
      stdio: ["ignore", "ignore", "inherit", "ipc"]
    })
    const worker = new WorkerProcess(child, onRan)
    await worker.until("Loaded").promise
    return worker
  }

  private until(tag: Report["_tag"]): PromiseWithResolvers<Report> {
    const known = this.told.get(tag)
    if (known !== undefined) return known
    const made = Promise.withResolvers<Report>()
    // A rejection that nobody waits for must not end the program.
    made.promise.catch(() => {})
    this.told.set(tag, made)
    return made
  }

  private order(order: Order): void {
    this.child.send(order)
  }

  async start(): Promise<void> {
    this.order("start")
    await this.until("Started").promise
  }

  /** Gives the milliseconds of processor time that it has used. */
  async stop(): Promise<number> {
    this.order("stop")
    const report = await this.until("Stopped").promise
    return report._tag === "Stopped" ? report.cpu : 0
  }
}

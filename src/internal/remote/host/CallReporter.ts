import type { Reporter } from "../../task/reporting.ts"
import { encodingError, type FunctionCodecs } from "../codec/FunctionCodecs.ts"
import type { CallEvents } from "./CallRunner.ts"

/** Writes and sends the reports of a call's task. */
export class CallReporter implements Reporter {
  private readonly on: CallEvents
  private readonly codecs: FunctionCodecs
  private readonly task: string
  private readonly sharesMemory: boolean

  constructor(on: CallEvents, codecs: FunctionCodecs, task: string, sharesMemory: boolean) {
    this.on = on
    this.codecs = codecs
    this.task = task
    this.sharesMemory = sharesMemory
  }

  report(value: unknown): void {
    const wire = this.codecs.encodeReport(value, this.task, this.sharesMemory)
    try {
      this.on.report(wire)
    } catch (reason) {
      throw encodingError(this.task, "report", value, reason)
    }
  }
}

import type { Reporter } from "../../task/reporting.ts"
import type { TaskFunction } from "../../task/TaskFunction.ts"
import { transferablesIn } from "../../task/transferables.ts"
import type { CallRequest } from "../Call.ts"
import { encodeSuccess } from "../codec/encodeReply.ts"
import { FunctionCodecs } from "../codec/FunctionCodecs.ts"
import type { CallEvents } from "./CallRunner.ts"
import type { LoadedFunction } from "./LoadedModules.ts"

/** A call whose function is loaded. It takes the reports of its task. */
export class LoadedCall implements Reporter {
  readonly request: CallRequest
  readonly on: CallEvents
  readonly codecs: FunctionCodecs
  /** Whether the function was called. Before that, its layer is built. */
  isCalled = false
  private readonly loaded: LoadedFunction

  constructor(loaded: LoadedFunction, request: CallRequest, on: CallEvents, sharesMemory: boolean) {
    this.loaded = loaded
    this.request = request
    this.on = on
    this.codecs = new FunctionCodecs(loaded.schemas, loaded.fn.instances, request.task, sharesMemory)
  }

  get fn(): TaskFunction {
    return this.loaded.fn
  }

  /** The function is being called. */
  calling(): void {
    const isFirst = !this.loaded.wasCalled
    this.loaded.wasCalled = this.isCalled = true
    this.on.called(isFirst)
  }

  report(value: unknown): void {
    const wire = this.codecs.encodeReport(value)
    try {
      this.on.report(wire)
    } catch (reason) {
      throw this.codecs.refused("report", value, reason)
    }
  }

  succeeded(value: unknown): void {
    this.on.ended(encodeSuccess(value, this.codecs), transferablesIn(value))
  }
}

import * as Context from "effect/Context"
import * as Exit from "effect/Exit"
import { TaskEncodingError } from "../../../src/Errors.ts"
import type { CallReply, HostReply } from "../../../src/internal/remote/Call.ts"
import { decodeReply } from "../../../src/internal/remote/codec/decodeReply.ts"
import { encodeCall, whenCallEncodable } from "../../../src/internal/remote/codec/encodeCall.ts"
import { encodingFailure } from "../../../src/internal/remote/codec/encodeReply.ts"
import { TaskRunner } from "../../../src/internal/remote/host/TaskRunner.ts"
import { EffectCalls } from "../../../src/internal/remote/host/EffectCalls.ts"
import type { TelemetryMessage } from "../../../src/internal/remote/telemetry/TelemetryMessage.ts"
import { TelemetrySink } from "../../../src/internal/remote/telemetry/TelemetrySink.ts"
import type { Task } from "../../../src/Task.ts"

type AnyTask = Task<unknown, unknown, unknown>
type Cloneable = Parameters<typeof structuredClone>[0]

export const clone = <A>(value: A, transfer: ReadonlyArray<unknown> = []): A =>
  structuredClone(value as Cloneable, { transfer: transfer as Array<ArrayBuffer> }) as A

/** A worker in this thread: all that goes to it and comes back crosses by structured clone. */
export const makeWorld = (options: { readonly load?: (url: string) => Promise<object> } = {}) => {
  const sink = new TelemetrySink(Context.empty())
  const messages: Array<TelemetryMessage | "reply"> = []
  const emit = (message: unknown) => {
    // Nothing else is emitted by what runs there.
    const crossed = clone(message) as TelemetryMessage
    messages.push(crossed)
    sink.receive(crossed, "w-1")
  }
  const runner = new TaskRunner({
    loadEffects: () => new EffectCalls(emit),
    wantsEffects: () => true,
    sharesMemory: true,
    load: options.load ?? ((url) => import(url))
  })

  const start = async (task: AnyTask, context: Context.Context<never> = Context.empty()) => {
    await whenCallEncodable(task)
    const ambient = sink.enter(context)
    const call = encodeCall(task, task.name, ambient, true)
    if (call instanceof TaskEncodingError) throw call
    await runner.load?.(call.request)
    const { promise, resolve } = Promise.withResolvers<Exit.Exit<unknown, unknown>>()
    let replies = 0
    let isSync = true
    let wasSync = false
    const ended = (reply: HostReply, transfer: ReadonlyArray<unknown>): void => {
      replies++
      wasSync = isSync
      messages.push("reply")
      sink.leave(ambient)
      if (reply._tag === "Interrupted") return resolve(Exit.interrupt())
      let crossed: CallReply
      try {
        crossed = clone(reply, transfer)
      } catch (reason) {
        crossed = clone(encodingFailure(task.name, reason, reply))
      }
      resolve(decodeReply(crossed, task, task.name, "w-1"))
    }
    const running = runner.run(clone(call.request, call.transfer), {
      called: () => {},
      elements: () => {},
      report: () => {},
      ended
    })
    isSync = false
    return { running, exit: promise, replies: () => replies, wasSync: () => wasSync }
  }

  const run = async (task: AnyTask, context?: Context.Context<never>) => (await start(task, context)).exit
  return { runner, messages, sink, start, run }
}

/** The one error, typed or not, that it failed with. */
export const errorOf = (exit: Exit.Exit<unknown, unknown>): unknown => {
  if (exit._tag === "Success") throw new Error(`it succeeded with ${String(exit.value)}`)
  const [reason] = exit.cause.reasons
  if (reason?._tag === "Fail") return reason.error
  if (reason?._tag === "Die") return reason.defect
  return reason?._tag
}

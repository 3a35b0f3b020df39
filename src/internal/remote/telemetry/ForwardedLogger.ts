import * as Context from "effect/Context"
import type * as Logger from "effect/Logger"
import * as References from "effect/References"
import { loggerLike } from "../../effectInternals.ts"
import { CurrentCall } from "./CurrentCall.ts"
import { isForwarded, writeRecord } from "./ForwardedSpan.ts"
import type { TelemetryMessage } from "./TelemetryMessage.ts"
import { writeCause } from "../codec/encodeReply.ts"

const [someLogger] = Context.get(Context.empty(), References.CurrentLoggers)

/** The only logger in a worker. The submitter's loggers do the rest. */
export const makeForwardedLogger = (emit: (message: TelemetryMessage) => void): Logger.Logger<unknown, void> => {
  const log = ({ cause, date, fiber, logLevel, message }: Parameters<Logger.Logger<unknown, void>["log"]>[0]): void => {
    const annotations = fiber.getRef(References.CurrentLogAnnotations)
    const span = fiber.cache.span
    emit({
      _tag: "Log",
      of: fiber.getRef(CurrentCall),
      level: logLevel,
      content: writeRecord({ message, annotations }),
      logSpans: fiber.getRef(References.CurrentLogSpans).map(([label, time]) => [label, time]),
      cause: writeCause(cause),
      time: date.getTime(),
      span: span !== undefined && isForwarded(span) ? span.spanId : undefined
    })
  }
  return loggerLike(someLogger, log)
}

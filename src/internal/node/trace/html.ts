import * as Effect from "effect/Effect"
import { readFileSync, writeFileSync } from "node:fs"
import * as path from "node:path"
import { deflateRawSync } from "node:zlib"
import { TraceFileError } from "../../../trace/Errors.ts"
import type { HtmlOptions } from "../../../trace/Trace.ts"
import { nonEmptyString, optionsObject } from "../../options.ts"
import { modelOf } from "../../trace/modelOf.ts"
import { page } from "../../trace/page.ts"
import { readTrace } from "../../trace/readTrace.ts"
import { packModel, type TraceModel } from "../../trace/TraceModel.ts"
import { messageOf } from "../../show.ts"

/** `Trace.html`. */
export const html = (file: string, options: HtmlOptions = {}): Effect.Effect<string, TraceFileError> =>
  Effect.suspend(() => {
    nonEmptyString("file", file)
    const { dir, name } = path.parse(file)
    const { to = path.join(dir, `${name}.html`) } = optionsObject(options)
    nonEmptyString("to", to)
    const attempt = <A>(operation: "read" | "write", of: string, run: () => A) =>
      Effect.try({
        try: run,
        catch: (error) => new TraceFileError({ file: of, operation, reason: messageOf(error) })
      })
    if (path.resolve(to) === path.resolve(file)) {
      const reason = "it is the trace itself, which the page would replace"
      return Effect.fail(new TraceFileError({ file: to, operation: "write", reason }))
    }
    return attempt("read", file, () => modelOf(readTrace(bytesOf(file)))).pipe(
      Effect.flatMap((model) => attempt("write", to, () => writeFileSync(to, pageOf(model)))),
      Effect.as(to)
    )
  })

const bytesOf = (file: string): Uint8Array => {
  const bytes = readFileSync(file)
  if (bytes.length === 0) throw new Error("it is empty, as nothing was written before the recording ended")
  return bytes
}

/** The page with its trace. Names may contain the end of a script, so in JSON some letters are written as numbers. */
const pageOf = (model: TraceModel): string => {
  const { bytes, texts } = packModel(model)
  return page
    .replace("<!--texts-->", () => JSON.stringify(texts).replaceAll("<", "\\u003c"))
    .replace("<!--columns-->", () => deflateRawSync(bytes).toString("base64"))
}

// Decoding an argument waits for a file.
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as fs from "node:fs"
import * as Task from "../../../src/Task.ts"

/** A file to be waited for, without an event loop, by whoever decodes it. Before that it is noted in another file. */
const Awaited = Schema.String.pipe(
  Schema.decodeTo(Schema.String, {
    encode: SchemaGetter.passthrough(),
    decode: SchemaGetter.transform((file: string) => {
      fs.writeFileSync(`${file}.waits`, "")
      while (!fs.existsSync(file));
      return file
    })
  })
)

export const Decoded = Task.module(import.meta.url, {
  take: Task.fn({ args: [Awaited], success: Schema.String }, (file) => Effect.succeed(file))
})

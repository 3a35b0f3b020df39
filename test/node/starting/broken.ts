// A module that cannot be loaded in a worker.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Task from "../../../src/Task.ts"

const missing = new URL("./missing.ts", import.meta.url).href

/** There is no such file. */
export const Missing = Task.module(missing, { nothing: () => {} })

class Never extends Context.Service<Never, string>()("test/starting/Never") {}

/** A module whose layer cannot be built. */
export const Unbuildable = Task.module(
  import.meta.url,
  { nothing: () => Effect.asVoid(Effect.service(Never)) },
  { layer: Layer.effect(Never, Effect.fail(new RangeError("no layer today"))) }
)

/** A module whose layer is never ready. */
export const Endless = Task.module(
  import.meta.url,
  { never: () => Effect.asVoid(Effect.service(Never)) },
  { layer: Layer.effect(Never, Effect.never) }
)

// The layer waits at a gate, which notes that it has come.
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Task from "../../../src/Task.ts"
import { enter } from "../../behaviour/Gate.ts"

class Opened extends Context.Service<Opened, string>()("test/clock/Opened") {}

export const Layered = Task.module(
  import.meta.url,
  { name: (name: string) => Effect.as(Effect.service(Opened), name) },
  { layer: Layer.effect(Opened, Effect.as(enter(process.env["LAYER_GATE"]!, "layer"), "opened")) }
)

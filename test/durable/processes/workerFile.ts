import * as Layer from "effect/Layer"
import { FiberExecutor } from "effect-futures"
import { DurableExecutor } from "effect-futures/durable"
import { Far } from "./tasks.ts"

export default DurableExecutor.worker({ name: "app", modules: [Far], machine: "from-a-file" }).pipe(
  Layer.provide(FiberExecutor.layer({ maxWorkers: 2 }))
)

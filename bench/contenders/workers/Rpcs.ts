import * as Schema from "effect/Schema"
import * as Rpc from "effect/rpc/Rpc"
import * as RpcGroup from "effect/rpc/RpcGroup"
import * as Transferable from "effect/workers/Transferable"
import type { Bytes } from "./functions.ts"

// Crosses as it is; `Schema.Uint8Array` would make text of it.
const Cloned: Schema.declare<Bytes> = Schema.Any as Schema.Any & Schema.declare<Bytes>

const Transferred = Cloned.pipe(Transferable.schema((bytes) => [bytes.buffer]))

/** The functions, for Effect's own protocol. */
export const Rpcs = RpcGroup.make(
  Rpc.make("add", { payload: { a: Schema.Number, b: Schema.Number }, success: Schema.Number }),
  Rpc.make("spin"),
  Rpc.make("compute", { payload: { steps: Schema.Number }, success: Schema.Number }),
  Rpc.make("hold", { payload: { millis: Schema.Number }, success: Schema.Tuple([Schema.Number, Schema.Number]) }),
  Rpc.make("never"),
  Rpc.make("echo", { payload: { bytes: Cloned }, success: Cloned }),
  Rpc.make("transfer", { payload: { bytes: Transferred }, success: Transferred })
)

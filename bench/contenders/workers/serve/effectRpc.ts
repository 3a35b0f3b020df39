import * as NodeWorkerRunner from "@effect/platform-node/NodeWorkerRunner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RpcServer from "effect/rpc/RpcServer"
import { add, compute, echo, hold, spin } from "../functions.ts"
import { Rpcs } from "../Rpcs.ts"

const handlers = Rpcs.toLayer({
  add: (pair) => Effect.sync(() => add(pair)),
  spin: () => Effect.sync(spin),
  compute: ({ steps }) => Effect.sync(() => compute(steps)),
  hold: ({ millis }) => Effect.sync(() => hold(millis)),
  never: () => Effect.never,
  echo: ({ bytes }) => Effect.sync(() => echo(bytes)),
  transfer: ({ bytes }) => Effect.sync(() => echo(bytes))
})

RpcServer.layer(Rpcs).pipe(
  Layer.provide([handlers, RpcServer.layerProtocolWorkerRunner]),
  Layer.provide(NodeWorkerRunner.layer),
  Layer.launch,
  Effect.runFork
)

import { Worker } from "node:worker_threads"
import * as NodeWorker from "@effect/platform-node/NodeWorker"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as RpcClient from "effect/rpc/RpcClient"
import type { Contender } from "../Contender.ts"
import { openScope } from "./openScope.ts"
import { poolContender } from "./poolContender.ts"
import { Rpcs } from "./Rpcs.ts"
import { type Arguments, pair, type Run, type WorkerPool } from "./WorkerPool.ts"

const makeClient = (size: number) =>
  Effect.gen(function* () {
    const protocol = RpcClient.layerProtocolWorker({ size }).pipe(
      Layer.provide(NodeWorker.layer(() => new Worker(new URL("./serve/effectRpc.ts", import.meta.url))))
    )
    return yield* RpcClient.make(Rpcs).pipe(Effect.provide(yield* Layer.build(protocol)))
  })

const startRpc = async (threads: number): Promise<WorkerPool> => {
  const [client, close] = await openScope(makeClient(threads))
  const calls: { readonly [Name in keyof Arguments]: (argument: Arguments[Name]) => Effect.Effect<unknown, unknown> } =
    {
      add: (both) => client.add(both),
      spin: () => client.spin(),
      compute: (steps) => client.compute({ steps }),
      hold: (millis) => client.hold({ millis }),
      echo: (bytes) => client.echo({ bytes }),
      never: () => client.never()
    }
  const run: Run = (name, argument) => Effect.runPromise(calls[name](argument))
  const sequential = (size: number) =>
    Effect.gen(function* () {
      for (let i = 0; i < size; i++) yield* client.add(pair(i))
    })
  return {
    run,
    burst: (size) => {
      const pairs = Array.from({ length: size }, (_, i) => pair(i))
      return Effect.runPromise(
        Effect.forEach(pairs, (each) => client.add(each), { concurrency: "unbounded", discard: true })
      )
    },
    sequential: (size) => Effect.runPromise(sequential(size)),
    transfer: (bytes) => Effect.runPromise(client.transfer({ bytes })),
    close
  }
}

// A worker that does not answer goes back to its pool, and whoever gets it next waits for ever.
export const contender: Contender = {
  module: import.meta.url,
  name: "Effect RPC",
  rounds: { burst: 1 },
  ...poolContender(startRpc, ["recovery", "whole", "spinners"])
}

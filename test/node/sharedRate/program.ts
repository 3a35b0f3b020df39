// A program of several that have one rate: four tasks may begin, and then one in a quarter of an hour. Says how many have begun here when
// the rate has refused the next one.
import { NodeRedis } from "@effect/platform-node"
import { Deferred, Effect, Layer } from "effect"
import { Executor, FiberExecutor } from "effect-futures"
import { RateLimiter } from "effect/persistence"

const [url] = process.argv.slice(2)
const store = RateLimiter.layerStoreRedis().pipe(Layer.provide(NodeRedis.layer({ url: url! })))

const program = Effect.gen(function* () {
  const shared = yield* RateLimiter.RateLimiter
  const refused = yield* Deferred.make<void>()
  const limiter = RateLimiter.RateLimiter.of({
    ...shared,
    consume: (options) => Effect.tapError(shared.consume(options), () => Deferred.succeed(refused, undefined))
  })
  const executor = yield* FiberExecutor.make({
    maxWorkers: 8,
    rate: { limit: 4, every: "1 hour", burst: 4, limiter, name: "calls" }
  })
  let begun = 0
  const call = Effect.sync(() => ++begun)
  for (let n = 0; n < 8; n++) yield* executor.submit(call)
  yield* Deferred.await(refused)
  const { pending, running } = yield* Executor.stats(executor)
  process.stdout.write(JSON.stringify({ begun, pending, running }))
})

await Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(RateLimiter.layer.pipe(Layer.provide(store)))))

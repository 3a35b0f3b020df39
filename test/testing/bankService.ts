import { Cache, Effect, Fiber, Pool, Ref, Semaphore } from "effect"

const clients = 10
const mostAtOnce = 3

/** A limiter that looks and takes in two steps: two that look at the same time both go in. */
const makeLimiter = Effect.gen(function* () {
  const inside = yield* Ref.make(0)
  const enter: Effect.Effect<void> = Effect.gen(function* () {
    for (;;) {
      const count = yield* Ref.get(inside)
      if (count >= mostAtOnce) {
        yield* Effect.sleep("10 millis")
        continue
      }
      return yield* Ref.set(inside, count + 1)
    }
  })
  const leave = Ref.update(inside, (count) => count - 1)
  return <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.acquireUseRelease(
      enter,
      () => self,
      () => leave
    )
})

/**
 * A bank: ten clients look up rates over HTTP, which a cache remembers, and move money over one of two connections. All is as it
 * should be but the limiter of the HTTP client.
 */
export const bankService = Effect.scoped(
  Effect.gen(function* () {
    const atOnce = yield* Ref.make(0)
    const limited = yield* makeLimiter
    const request = (path: string) =>
      limited(
        Effect.gen(function* () {
          if ((yield* Ref.updateAndGet(atOnce, (n) => n + 1)) > mostAtOnce)
            yield* Effect.die("too many requests at once")
          yield* Effect.sleep("20 millis")
          yield* Ref.update(atOnce, (n) => n - 1)
          return path.length
        })
      )
    const rates = yield* Cache.make({ capacity: 20, lookup: (currency: string) => request(`/rates/${currency}`) })
    const connections = yield* Pool.make({ acquire: Effect.succeed({ isOpen: true }), size: 2 })
    const locks = yield* Effect.replicateEffect(Semaphore.make(1), clients)
    const balances = yield* Effect.replicateEffect(Ref.make(100), clients)

    const transfer = (from: number, to: number, amount: number) => {
      const [first, second] = from < to ? [from, to] : [to, from]
      const move = Effect.andThen(
        Ref.update(balances[from]!, (n) => n - amount),
        Ref.update(balances[to]!, (n) => n + amount)
      )
      return locks[first]!.withPermit(locks[second]!.withPermit(move))
    }

    const client = (id: number) =>
      Effect.gen(function* () {
        for (let round = 0; round < 5; round++) {
          const rate = yield* Cache.get(rates, `currency ${(id + round) % 7}`)
          yield* Effect.scoped(
            Effect.andThen(Pool.get(connections), transfer(id, (id + round + 1) % clients, rate % 5))
          )
          yield* request(`/receipts/${id}`)
        }
      }).pipe(Effect.withSpan(`client ${id}`))

    const fibers = yield* Effect.forEach(Array.from({ length: clients }), (_, id) => Effect.forkChild(client(id)))
    yield* Effect.forEach(fibers, (fiber) => Fiber.join(fiber), { discard: true })
    let total = 0
    for (const balance of balances) total += yield* Ref.get(balance)
    if (total !== 100 * clients) yield* Effect.die(`${total} is left`)
  })
)

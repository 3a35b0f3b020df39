import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Executor } from "effect-futures"
import { kinds } from "../node/remoteExecutors/support.ts"
import { Streams } from "../node/streams/tasks.ts"

describe.each(kinds)("A stream from a %s", (_, make) => {
  it.live("takes no more memory, here or there, the longer its reader is slow", () =>
    Effect.gen(function* () {
      const executor = yield* make({ maxWorkers: 1 })
      const here: Array<number> = []
      const there: Array<number> = []
      const each = ({ bytes, inUse }: { readonly bytes: Uint8Array; readonly inUse: number }) =>
        Effect.sync(() => {
          assert.lengthOf(bytes, 2_000_000)
          here.push(process.memoryUsage().rss)
          there.push(inUse)
          // Ten times as long as it takes to make one.
        }).pipe(Effect.andThen(Effect.sleep("5 millis")))
      const heavy = Executor.stream(executor, Streams.heavy(2_000_000), { buffer: 4 })
      yield* heavy.pipe(Stream.take(300), Stream.runForEach(each))
      // Collections are few: what is free and not yet collected comes and goes. The last 200 were 400 MB.
      for (const sizes of [here, there]) {
        const before = Math.max(...sizes.slice(0, 100))
        assert.isBelow(Math.max(...sizes.slice(100)) - before, 100_000_000)
      }
    })
  )
})

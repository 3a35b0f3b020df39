import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Task } from "effect-futures"
import { isMainThread, threadId } from "node:worker_threads"
import { enter } from "../../behaviour/Gate.ts"

export class Point extends Schema.Class<Point>("streams/Point")({ x: Schema.Number }) {
  get double(): number {
    return this.x * 2
  }
}

class Opened extends Context.Service<Opened, string>()("test/streams/Opened") {}

export const Streams = Task.module(import.meta.url, {
  countTo: (n: number) => Stream.range(1, n),
  where: () => Stream.make({ pid: process.pid, threadId, isMainThread }),
  crash: (n: number): Stream.Stream<number> =>
    Stream.concat(
      Stream.range(1, n),
      Stream.suspend(() => process.exit(3))
    ),
  /** The third element has a function in it. */
  odd: (): Stream.Stream<object> => Stream.make({ a: 1 }, { a: 2 }, { a: () => 3 }, { a: 4 }),
  spin: (n: number): Stream.Stream<number> =>
    Stream.concat(
      Stream.range(1, n),
      Stream.suspend(() => {
        for (;;);
      })
    ),
  chunks: (count: number, size: number) =>
    Stream.range(1, count).pipe(
      Stream.rechunk(1),
      Stream.map((i) => {
        const bytes = new Uint8Array(size).fill(i)
        return Task.transfer(bytes, [bytes.buffer])
      })
    ),
  /** Without an end: so many bytes each, and what the process of its worker has in memory. */
  heavy: (size: number) =>
    Stream.iterate(1, (made) => made + 1).pipe(
      Stream.rechunk(1),
      Stream.map((made) => {
        const bytes = new Uint8Array(size).fill(made)
        return Task.transfer({ bytes, made, inUse: process.memoryUsage().rss }, [bytes.buffer])
      })
    ),
  /** Elements of so many bytes, made at once. */
  large: (count: number, size: number) =>
    Stream.fromIterable(Array.from({ length: count }, (_, i) => new Uint8Array(size).fill(i))),
  points: Task.fn({ args: [Point], success: Point }, (from) =>
    Stream.range(0, 9).pipe(Stream.map((i) => new Point({ x: from.x + i })))
  ),
  badPoint: Task.fn({ args: [], success: Point }, () =>
    Stream.make<[Point, Point]>(new Point({ x: 1 }), { x: "a" } as never)
  ),
  async: (gate: string) =>
    Stream.range(1, 100).pipe(Stream.mapEffect((n) => Effect.as(enter(gate, `${n}`), n), { concurrency: 4 })),
  unclonable: (): Stream.Stream<unknown> =>
    Stream.suspend(() => {
      const bytes = new Uint8Array(8)
      const moved = Task.transfer({ a: 1 }, [bytes.buffer])
      structuredClone(bytes, { transfer: [bytes.buffer] })
      return Stream.make<[unknown, unknown]>(1, moved)
    }),

  reportThenSpin: (n: number): string => {
    for (let i = 1; i <= n; i++) Task.report(i)
    for (;;);
  },
  reportOddly: () => {
    Task.report(() => 1)
    return "no"
  },
  reportOddlyInEffect: () =>
    Effect.as(
      Effect.suspend(() => Task.report({ at: { f: () => 1 } })),
      "no"
    ),
  reportThenExit: (n: number): string => {
    for (let i = 1; i <= n; i++) Task.report(i)
    return process.exit(3)
  },
  reportAfter: async (gate: string) => {
    Task.report("before")
    await Effect.runPromise(enter(gate, "waits"))
    Task.report("after")
    return "done"
  },
  reportMuch: async (n: number) => {
    for (let i = 1; i <= n; i++) Task.report(i)
    await Promise.resolve()
    Task.report("last")
    return "done"
  }
})

export const Layered = Task.module(
  import.meta.url,
  {
    names: (): Stream.Stream<string, never, Opened> =>
      Stream.unwrap(Effect.map(Effect.service(Opened), (name) => Stream.make(name, name)))
  },
  { layer: Layer.succeed(Opened, "opened") }
)

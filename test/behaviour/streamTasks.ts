import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Task from "../../src/Task.ts"
import { enter } from "./Gate.ts"
import { Refused } from "./tasks.ts"

const countAt = (gate: string): Stream.Stream<number> =>
  Stream.iterate(1, (n) => n + 1).pipe(Stream.mapEffect((n) => Effect.as(enter(gate, `${n}`), n)))

/** Tasks that give streams, for executors of every kind. */
export const StreamTasks = Task.module(
  import.meta.url,
  {
    countTo: (n: number) => Stream.range(1, n),
    /** The numbers from 1 on, one after the other, and for each a visitor at the gate, who is let on. */
    countAt: (gate: string) => countAt(gate),
    countAtThenHang: (gate: string, n: number) => Stream.concat(Stream.take(countAt(gate), n), Stream.never),
    countAtThenClean: (gate: string, cleaning: string) => Stream.ensuring(countAt(gate), enter(cleaning, "cleans up")),
    countThenRefuse: (n: number, reason: string): Stream.Stream<number, Refused> =>
      Stream.concat(Stream.range(1, n), Stream.fail(new Refused({ reason }))),
    countThenThrow: (n: number, message: string): Stream.Stream<number> =>
      Stream.concat(
        Stream.range(1, n),
        Stream.suspend(() => {
          throw new RangeError(message)
        })
      ),
    countThenHang: (n: number) => Stream.concat(Stream.range(1, n), Stream.never),
    options: (n: number) => Stream.map(Stream.range(1, n), (i) => (i % 2 === 0 ? Option.some(i) : Option.none())),
    reportInStream: (n: number) => Stream.range(1, n).pipe(Stream.tap((i) => Task.report(i)))
  },
  { id: "behaviour.streams" }
)

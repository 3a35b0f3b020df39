import * as Stream from "effect/Stream"
import { Task } from "effect-futures"
import { megabyte } from "./StreamSource.ts"

export const Sources = Task.module(import.meta.url, {
  numbers: (n: number) => Stream.range(1, n),
  /** Chunks are made when there is room for them, and moved where that is possible. */
  chunks: (n: number) =>
    Stream.range(1, n).pipe(
      Stream.rechunk(1),
      Stream.map((i) => {
        const bytes = new Uint8Array(megabyte).fill(i)
        return Task.transfer(bytes, [bytes.buffer])
      })
    )
})

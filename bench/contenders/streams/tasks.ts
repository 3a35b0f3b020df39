import * as Stream from "effect/Stream"
import { Task } from "effect-futures"
import { megabyte } from "./StreamSource.ts"

export const Sources = Task.module(import.meta.url, {
  numbers: (n: number) => Stream.range(1, n),
  /** Each made when there is room for it, and moved where that can be. */
  chunks: (n: number) =>
    Stream.range(1, n).pipe(
      Stream.rechunk(1),
      Stream.map((i) => {
        const bytes = new Uint8Array(megabyte).fill(i)
        return Task.transfer(bytes, [bytes.buffer])
      })
    )
})

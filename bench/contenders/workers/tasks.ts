import * as Effect from "effect/Effect"
import { Task } from "effect-futures"
import { add, type Bytes, compute, echo, hold, spin } from "./functions.ts"

/** The functions, for our executors. */
export const Functions = Task.module(import.meta.url, {
  add,
  spin: (_: undefined) => spin(),
  compute,
  hold,
  echo,
  // An effect, which ends when it is asked to.
  never: (_: undefined) => Effect.never,
  transfer: (bytes: Bytes) => Task.transfer(bytes, [bytes.buffer])
})

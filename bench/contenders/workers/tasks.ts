import { Task } from "effect-futures"
import { add, type Bytes, compute, echo, hold, never, spin } from "./functions.ts"

/** The functions, for our executors. */
export const Functions = Task.module(import.meta.url, {
  add,
  spin: (_: undefined) => spin(),
  compute,
  hold,
  echo,
  never: (_: undefined) => never(),
  transfer: (bytes: Bytes) => Task.transfer(bytes, [bytes.buffer])
})

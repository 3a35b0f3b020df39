import { Effect } from "effect"
import { Task } from "effect-futures"

export const Sums = Task.module(import.meta.url, {
  add: (a: number, b: number) => a + b,
  addLater: (a: number, b: number) => Effect.succeed(a + b),
  never: (): void => {
    for (;;);
  }
})

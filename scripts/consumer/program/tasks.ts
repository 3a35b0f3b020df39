import { Task } from "effect-futures"

export const Sums = Task.module(import.meta.url, {
  add: (a: number, b: number) => a + b,
  never: (): void => {
    for (;;);
  }
})

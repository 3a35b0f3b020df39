import { Task } from "effect-futures"

export const Stuck = Task.module(import.meta.url, {
  spin: (): number => {
    for (;;);
  }
})

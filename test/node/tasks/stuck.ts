import * as Task from "../../../src/Task.ts"

export const Stuck = Task.module(import.meta.url, {
  spin: (): number => {
    for (;;);
  }
})

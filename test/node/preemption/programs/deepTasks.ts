import { Task } from "effect-futures"

const down = (frames: number): number => {
  if (frames === 0) for (;;);
  return down(frames - 1) + 1
}

export const Deep = Task.module(import.meta.url, { down, nothing: () => {} })

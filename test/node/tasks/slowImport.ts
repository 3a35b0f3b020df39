import { Task } from "effect-futures"

// Longer than the first task waits for it.
const until = performance.now() + 500
while (performance.now() < until);

export const SlowImport = Task.module(import.meta.url, { double: (n: number) => n * 2 })

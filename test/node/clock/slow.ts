// Takes a quarter of a second to import, wherever that is.
import * as Task from "../../../src/Task.ts"

for (const end = performance.now() + 250; performance.now() < end;);

export const Slow = Task.module(import.meta.url, { double: (n: number) => n * 2 })

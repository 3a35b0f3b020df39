// Takes a while to import, wherever that is: a quarter of a second if nothing else is asked for.
import * as Task from "../../../src/Task.ts"

for (const end = performance.now() + Number(process.env["SLOW_IMPORT"] ?? 250); performance.now() < end;);

export const Slow = Task.module(import.meta.url, { double: (n: number) => n * 2 })

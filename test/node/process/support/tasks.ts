import * as Effect from "effect/Effect"
import * as Task from "../../../../src/Task.ts"

export const Tasks = Task.module(import.meta.url, {
  add: (a: number, b: number) => a + b,
  unclonable: () => ({ f: () => {} }),
  never: () => Effect.never
})

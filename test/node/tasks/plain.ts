import { Task } from "effect-futures"
import { wantsEffects } from "../../../src/internal/node/lazyModules.ts"

/** Tasks that need nothing of Effect. */
export const Plain = Task.module(import.meta.url, {
  add: (a: number, b: number) => a + b,
  /** Whether Effect has been loaded in the worker. */
  hasEffect: () => wantsEffects()
})

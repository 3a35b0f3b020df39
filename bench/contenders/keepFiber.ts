import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"

/** Starts a fiber that waits, for ever, for another one. */
export const keepFiber = (): unknown =>
  Effect.runFork(Effect.flatMap(Effect.forkChild(Effect.promise(() => new Promise(() => {}))), Fiber.join))

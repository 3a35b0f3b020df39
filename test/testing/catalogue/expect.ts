import { Effect } from "effect"

/** Dies if `actual` is not `expected`; `what` says which of the program's promises is broken then. */
export const expectEqual = <A extends string | number | boolean>(
  actual: A,
  expected: A,
  what: string
): Effect.Effect<void> =>
  actual === expected ? Effect.void : Effect.die(new Error(`${what}: expected ${expected}, got ${actual}`))

/** Throws if `actual` is not `expected`; `what` says which promise is broken then. It is no step of a fiber, and so costs no schedules. */
export const check = <A extends string | number | boolean>(actual: A, expected: A, what: string): void => {
  if (actual !== expected) throw new Error(`${what}: expected ${expected}, got ${actual}`)
}

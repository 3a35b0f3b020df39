/** Collects all garbage, so that one measurement does not pay for another's. */
export const collectGarbage = (): void => {
  if (globalThis.gc === undefined) throw new Error("Start Node.js with --expose-gc.")
  globalThis.gc()
}

/** Bytes in use, after a collection. */
export const heapUsed = (): number => {
  collectGarbage()
  // Two collections are needed: the second one takes what a finalizer or a weak reference has kept alive.
  collectGarbage()
  return process.memoryUsage().heapUsed
}

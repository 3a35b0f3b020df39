/** How many cores this process may use; 4 where the platform does not tell. */
export const availableCores = (): number => {
  // The module is only looked at if it is there, so that the core runs wherever Effect does.
  const os: { availableParallelism(): number } | undefined = globalThis.process?.getBuiltinModule?.("node:os")
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 4
}

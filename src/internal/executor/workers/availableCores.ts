/** How many cores this process may use, or 4 if the platform does not tell. */
export const availableCores = (): number => {
  // The module is used only if it exists, so the core runs wherever Effect does.
  const os: { availableParallelism(): number } | undefined = globalThis.process?.getBuiltinModule?.("node:os")
  return os?.availableParallelism() ?? globalThis.navigator?.hardwareConcurrency ?? 4
}

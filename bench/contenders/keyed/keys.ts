export const keyNames = (size: number): ReadonlyArray<string> => Array.from({ length: size }, (_, i) => `tenant ${i}`)

/** How often a key is asked for: each once at least. */
export const asksPerRound = (size: number): number => Math.max(size, 100_000)

/** How many tasks run: one of each key at least. */
export const tasksFor = (size: number): number => Math.max(size, 100_000)

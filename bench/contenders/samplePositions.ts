/** Different positions below `size`, at random but in every run the same: `count` of them, or half of all. */
export const samplePositions = (size: number, count: number): ReadonlyArray<number> => {
  const positions = new Set<number>()
  const random = mulberry32(size)
  while (positions.size < Math.min(count, Math.floor(size / 2))) positions.add(Math.floor(random() * size))
  return Array.from(positions)
}

// A generator of random numbers with a seed, which Math.random does not take.
const mulberry32 = (seed: number) => (): number => {
  seed = (seed + 0x6d2b79f5) | 0
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed)
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
}

/** How many of the pending tasks are cancelled. */
export const cancellations = 500

import { assert } from "@effect/vitest"
import { runRandomProgram } from "./randomProgram.ts"

/**
 * Runs so many random programs, or others: PROGRAMS=100000 SEED=5. A failure says its seed, and with it alone it happens again.
 */
export const runRandomPrograms = async (usual: number): Promise<void> => {
  const programs = Number(process.env["PROGRAMS"] ?? usual)
  const firstSeed = Number(process.env["SEED"] ?? 1)
  const done: Record<string, number> = {}
  for (let seed = firstSeed; seed < firstSeed + programs; seed++) {
    const program = await runRandomProgram(seed)
    if (program.faults.length > 0) assert.fail(`seed ${seed}\n${program.describe()}`)
    for (const [what, count] of Object.entries(program.counts)) done[what] = (done[what] ?? 0) + count
  }
  if (programs < 300) return
  // Asserts that they do enough of everything to mean something.
  for (const [what, count] of Object.entries(done)) assert.isAbove(count, programs / 100, what)
  assert.isAtLeast(Object.keys(done).length, 22)
}

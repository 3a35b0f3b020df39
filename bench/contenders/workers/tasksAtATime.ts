import type { WorkerPool } from "./WorkerPool.ts"

type Span = readonly [from: number, to: number]

/** How many tasks the pool runs at a time, at most as many as it should; it gets some seconds to start its workers. */
export const tasksAtATime = async (pool: WorkerPool, expected: number): Promise<number> => {
  let most = 0
  for (let attempt = 0; most < expected && attempt < 100; attempt++) {
    const tasks = Array.from({ length: 2 * expected }, () => pool.run("hold", 20))
    most = Math.max(most, overlapping((await Promise.all(tasks)) as Array<Span>))
  }
  return most
}

const overlapping = (spans: ReadonlyArray<Span>): number =>
  Math.max(...spans.map(([moment]) => spans.filter(([from, to]) => from <= moment && moment < to).length))

import type { Contender } from "./Contender.ts"
import { contender as ours } from "./effectFutures.ts"
import { contender as fiberEach } from "./fiberEach.ts"
import { contender as forEach } from "./forEach.ts"
import { contender as pLimit } from "./pLimit.ts"
import { contender as pool } from "./pool.ts"
import { contender as pQueue } from "./pQueue.ts"
import { contender as semaphore } from "./semaphore.ts"

export { ours, pQueue }

/** In the order of the tables' columns. */
export const contenders: ReadonlyArray<Contender> = [ours, pQueue, pLimit, pool, semaphore, forEach, fiberEach]

import type { Contender } from "../Contender.ts"
import { bullMq } from "./bullMq.ts"
import { effectFuturesPostgres, effectFuturesSqlite } from "./effectFutures.ts"
import { graphileWorker, graphileWorkerWithLocalQueue } from "./graphileWorker.ts"
import { persistedQueue, persistedQueueWithLedger } from "./persistedQueue.ts"
import { pgBoss } from "./pgBoss.ts"

export const contenders: ReadonlyArray<Contender> = [
  effectFuturesPostgres,
  persistedQueue,
  persistedQueueWithLedger,
  graphileWorker,
  graphileWorkerWithLocalQueue,
  pgBoss,
  bullMq,
  effectFuturesSqlite
]

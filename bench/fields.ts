import { contender as fiberExecutor } from "./contenders/effectFutures.ts"
import { contender as fiberEach } from "./contenders/fiberEach.ts"
import { contender as forEach } from "./contenders/forEach.ts"
import { contender as auto } from "./contenders/interleave/auto.ts"
import { contender as exhaustive } from "./contenders/interleave/exhaustive.ts"
import { contender as pct } from "./contenders/interleave/pct.ts"
import { contender as plainRun } from "./contenders/interleave/plainRun.ts"
import { contender as randomWalk } from "./contenders/interleave/random.ts"
import { contender as reads } from "./contenders/interleave/reads.ts"
import { contender as walk } from "./contenders/interleave/walk.ts"
import { contender as keyedExecutor } from "./contenders/keyed/effectFutures.ts"
import { contender as pQueues } from "./contenders/keyed/pQueues.ts"
import { contender as pLimit } from "./contenders/pLimit.ts"
import { contender as pool } from "./contenders/pool.ts"
import { contender as pQueue } from "./contenders/pQueue.ts"
import { contender as semaphore } from "./contenders/semaphore.ts"
import { contender as barePort } from "./contenders/streams/barePort.ts"
import { contender as comlink } from "./contenders/streams/comlink.ts"
import { contender as nodeStream } from "./contenders/streams/nodeStream.ts"
import { contender as processStreams } from "./contenders/streams/processStreams.ts"
import { contender as threadStreams } from "./contenders/streams/threadStreams.ts"
import { contender as threadStreamsAhead } from "./contenders/streams/threadStreamsAhead.ts"
import { contender as bareThreads } from "./contenders/workers/bareThreads.ts"
import { contender as effectRpc } from "./contenders/workers/effectRpc.ts"
import { contender as piscina } from "./contenders/workers/piscina.ts"
import { contender as piscinaAhead } from "./contenders/workers/piscinaAhead.ts"
import { contender as poolifier } from "./contenders/workers/poolifierThreads.ts"
import { contender as processExecutor } from "./contenders/workers/processExecutor.ts"
import { contender as processesCut } from "./contenders/workers/processesCut.ts"
import { contender as processesWithSpare } from "./contenders/workers/processesWithSpare.ts"
import { contender as threadExecutor } from "./contenders/workers/threadExecutor.ts"
import { contender as tinypoolProcesses } from "./contenders/workers/tinypoolProcesses.ts"
import { contender as tinypool } from "./contenders/workers/tinypoolThreads.ts"
import { contender as workerpoolProcesses } from "./contenders/workers/workerpoolProcesses.ts"
import { contender as workerpool } from "./contenders/workers/workerpoolThreads.ts"
import type { Field } from "./Field.ts"

/** In one thread. */
export const fibers: Field = {
  ours: fiberExecutor,
  contenders: [fiberExecutor, pQueue, pLimit, pool, semaphore, forEach, fiberEach],
  rivals: [{ name: "p-queue", anyOf: [pQueue] }]
}

/** In one thread, with a limit for each key. */
export const keyed: Field = {
  ours: keyedExecutor,
  contenders: [keyedExecutor, pQueues],
  rivals: [{ name: "p-queues", anyOf: [pQueues] }]
}

const threadPeers = [piscina, piscinaAhead, tinypool, workerpool, poolifier, effectRpc]

export const threads: Field = {
  ours: threadExecutor,
  contenders: [threadExecutor, ...threadPeers, bareThreads],
  rivals: [
    { name: "piscina", anyOf: [piscina] },
    { name: "best peer", anyOf: threadPeers }
  ]
}

const processPeers = [workerpoolProcesses, tinypoolProcesses]

export const processes: Field = {
  ours: processExecutor,
  contenders: [processExecutor, processesWithSpare, processesCut, ...processPeers],
  rivals: [{ name: "best peer", anyOf: processPeers }]
}

/** Where a stream comes from, and how. */
export const streams: Field = {
  ours: threadStreams,
  contenders: [threadStreams, threadStreamsAhead, processStreams, barePort, nodeStream, comlink],
  rivals: [
    { name: "bare port", anyOf: [barePort] },
    { name: "best peer", anyOf: [nodeStream, comlink] }
  ]
}

/** The contenders that run a program, and how. */
export const interleave: Field = {
  ours: exhaustive,
  contenders: [exhaustive, pct, randomWalk, plainRun],
  rivals: [{ name: "plain run", anyOf: [plainRun] }]
}

/** Strategies that look for a bug. */
export const races: Field = {
  ours: auto,
  contenders: [auto, reads, walk, pct, randomWalk, exhaustive],
  rivals: [
    { name: "random", anyOf: [randomWalk] },
    { name: "exhaustive", anyOf: [exhaustive] }
  ]
}

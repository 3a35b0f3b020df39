import { setTimeout as sleep } from "node:timers/promises"
import { type Contender, now } from "./Contender.ts"
import { cpuOf } from "./cpuOf.ts"
import { backlogged } from "./protocol.ts"
import type { Servers } from "./Servers.ts"
import { WorkerProcess } from "./WorkerProcess.ts"

/** How many tasks a worker process has at a time. */
export const places = 50

// A submitter keeps something of each task, so a long backlog is made by several submitters, one after the other.
const atOnce = 50_000

const fill = async (contender: Contender, url: string, queue: string, count: number): Promise<void> => {
  for (let left = count; left > 0; left -= atOnce) {
    const submitter = await contender.submitter(url, queue)
    await submitter.add(new Array<typeof backlogged>(Math.min(left, atOnce)).fill(backlogged))
    await submitter.close()
  }
}

/** The result for a backlog. */
export interface Throughput {
  /** Tasks a second. */
  readonly submitted: number
  readonly run: number
  /** Milliseconds of processor time for each task, of the programs and of the server; `NaN` if it cannot be told. */
  readonly programs: number
  readonly server: number
}

/** Has `tasks` of a backlog run by so many worker processes. */
export const throughput = async (
  servers: Servers,
  contender: Contender,
  { backlog, tasks, workers }: { readonly backlog: number; readonly tasks: number; readonly workers: number }
): Promise<Throughput> => {
  const { pid, queue, url } = servers.database(contender)
  const serverBefore = pid === undefined ? undefined : cpuOf(pid)
  const ownBefore = process.cpuUsage()
  const since = performance.now()
  await fill(contender, url, queue, backlog)
  const submitMillis = performance.now() - since
  const { system, user } = process.cpuUsage(ownBefore)

  let ran = 0
  let first: { readonly time: number; readonly count: number } | undefined
  const done = Promise.withResolvers<number>()
  const onRan = (count: number) => {
    ran += count
    first ??= { time: performance.now(), count }
    if (ran >= tasks) done.resolve(performance.now())
  }
  const processes = await Promise.all(
    Array.from({ length: workers }, () => WorkerProcess.load(contender, url, queue, places, onRan))
  )
  await Promise.all(processes.map((each) => each.start()))
  const end = await done.promise
  // Connecting is not measured: the measurement begins with the first task that has run.
  const { count, time } = first ?? { count: 0, time: NaN }
  const measured = ran - count
  const cpu = (await Promise.all(processes.map((each) => each.stop()))).reduce((sum, each) => sum + each, 0)
  const serverAfter = pid === undefined ? undefined : cpuOf(pid)
  return {
    submitted: (1000 * backlog) / submitMillis,
    run: measured === 0 ? NaN : (1000 * measured) / (end - time),
    programs: (cpu + (user + system) / 1000) / tasks,
    server: serverAfter === undefined || serverBefore === undefined ? NaN : (serverAfter - serverBefore) / tasks
  }
}

const latencies = 200

/** The milliseconds from the submission of a task to its run, in order: a worker that has nothing else to do, and one task at a time. */
export const latency = async (servers: Servers, contender: Contender): Promise<ReadonlyArray<number>> => {
  const { queue, url } = servers.database(contender)
  const submitter = await contender.submitter(url, queue)
  const all: Array<number> = []
  const done = Promise.withResolvers<void>()
  const worker = await WorkerProcess.load(contender, url, queue, places, (_, waited) => {
    all.push(...waited)
    if (all.length === latencies) done.resolve()
  })
  await worker.start()
  await sleep(1000)
  for (let n = 0; n < latencies; n++) {
    await submitter.add([{ sentAt: now() }])
    await sleep(10)
  }
  await done.promise
  await worker.stop()
  await submitter.close()
  return all.toSorted((a, b) => a - b)
}

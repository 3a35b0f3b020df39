import { Queue, Worker } from "bullmq"
import type { Contender, Job } from "../Contender.ts"

const connectionOf = (url: string) => ({ url, maxRetriesPerRequest: null })

/** BullMQ on a Redis that writes its log to the disk every second, as its documentation advises. */
export const bullMq: Contender = {
  name: "BullMQ, Redis (`appendfsync everysec`)",
  server: "redis",
  submitter: async (url, name) => {
    const queue = new Queue<Job>(name, { connection: connectionOf(url) })
    return {
      add: async (jobs) => {
        for (let from = 0; from < jobs.length; from += 1000) {
          await queue.addBulk(jobs.slice(from, from + 1000).map((data) => ({ name: "run", data })))
        }
      },
      close: () => queue.close()
    }
  },
  work: async (url, name, concurrency, ran) => {
    const worker = new Worker<Job>(name, async ({ data }) => ran(data), { connection: connectionOf(url), concurrency })
    await worker.waitUntilReady()
    return () => worker.close(true)
  }
}

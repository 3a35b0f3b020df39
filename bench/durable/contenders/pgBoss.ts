import { PgBoss } from "pg-boss"
import type { Contender, Job } from "../Contender.ts"

/** Batches make pg-boss fast: one is settled at once, and then the next one is fetched. */
export const pgBoss: Contender = {
  name: "pg-boss, batches of 512",
  server: "postgres",
  submitter: async (url, queue) => {
    const boss = new PgBoss(url)
    await boss.start()
    await boss.createQueue(queue)
    return {
      add: async (jobs) => {
        await boss.insert(
          queue,
          jobs.map((data) => ({ data }))
        )
      },
      close: () => boss.stop({ graceful: false })
    }
  },
  work: async (url, queue, _places, ran) => {
    const boss = new PgBoss(url)
    await boss.start()
    await boss.work<Job>(queue, { batchSize: 512, pollingIntervalSeconds: 0.5 }, async (jobs) => {
      for (const { data } of jobs) ran(data)
    })
    return () => boss.stop({ graceful: false })
  }
}

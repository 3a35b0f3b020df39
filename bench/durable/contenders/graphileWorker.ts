import { Logger, makeWorkerUtils, run, runMigrations } from "graphile-worker"
import type { Contender, Job } from "../Contender.ts"

const logger = new Logger(() => () => {})

const graphile = (name: string, worker: object): Contender => ({
  name,
  server: "postgres",
  submitter: async (connectionString, identifier) => {
    await runMigrations({ connectionString, logger })
    const utils = await makeWorkerUtils({ connectionString, logger })
    return {
      add: async (jobs) => {
        await utils.addJobs(jobs.map((payload) => ({ identifier, payload })))
      },
      close: async () => {
        await utils.release()
      }
    }
  },
  work: async (connectionString, identifier, places, ran) => {
    const runner = await run({
      logger,
      noHandleSignals: true,
      // The job as it was added.
      taskList: { [identifier]: (payload) => ran(payload as Job) },
      preset: { worker: { connectionString, concurrentJobs: places, maxPoolSize: places, ...worker } }
    })
    return () => runner.stop()
  }
})

export const graphileWorker = graphile("graphile-worker", {})

export const graphileWorkerWithLocalQueue = graphile("graphile-worker, with a local queue of 500", {
  localQueue: { size: 500 }
})

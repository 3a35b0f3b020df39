import { workerDeaths } from "../support/workerDeaths.ts"

// With futures whose fibers nobody has: `test/remoteTasks.explore.test.ts`.
workerDeaths(true)

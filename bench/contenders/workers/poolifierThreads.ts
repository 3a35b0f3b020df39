import { FixedThreadPool } from "poolifier"
import { setTimeout } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import type { Contender } from "../Contender.ts"
import { poolContender } from "./poolContender.ts"
import { withPromises, type WorkerPool } from "./WorkerPool.ts"

const file = fileURLToPath(new URL("./serve/poolifier.ts", import.meta.url))

const startPoolifier = async (threads: number): Promise<WorkerPool> => {
  const pool = new FixedThreadPool(threads, file)
  return {
    ...withPromises((name, argument) => pool.execute(argument, name)),
    close: async () => {
      // Closing sometimes waits for an answer that the worker has dropped with its port.
      await Promise.race([pool.destroy(), setTimeout(1000)])
    }
  }
}

// Poolifier's signals reach a task only if the task lets the event loop run, and results cannot be moved.
export const contender: Contender = {
  module: import.meta.url,
  name: "poolifier",
  ...poolContender(startPoolifier, ["recovery", "whole", "spinners", "transfer", "transferMean"])
}

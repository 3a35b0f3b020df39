import { Worker } from "node:worker_threads"

/**
 * A thread that runs code, and the messages that it posts, in turn.
 *
 * @param code of a module: it imports what it needs by address
 */
export const threadOf = (code: string, workerData: unknown) => {
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(code)}`), { workerData })
  return {
    next: (): Promise<unknown> =>
      new Promise((resolve, reject) => worker.once("message", resolve).once("error", reject)),
    end: () => worker.terminate()
  }
}

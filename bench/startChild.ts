import { fork } from "node:child_process"
import { once } from "node:events"
import * as path from "node:path"
import type { Answer, Job, Request } from "./Job.ts"
import type { Subject } from "./subject.ts"

/** In a process of its own, so that no contender runs on the heap and the machine code that another has left. */
export const startChild = async (job: Job): Promise<Subject> => {
  const child = fork(path.join(import.meta.dirname, "child.ts"), [JSON.stringify(job)], {
    // As this process: the library as it is built, or its sources.
    execArgv: ["--expose-gc", ...process.execArgv.filter((flag) => flag.startsWith("--conditions"))]
  })
  const ended = once(child, "exit")
  const died = ended.then(([code, signal]): never => {
    const what = `${path.basename(job.module)}, ${job.probe} of ${job.size} tasks`
    throw new Error(`The process for ${what}, ended with ${code ?? signal}.`)
  })
  died.catch(() => {})
  const next = async (): Promise<Answer> => {
    const [answer] = (await Promise.race([once(child, "message"), died])) as [Answer]
    return answer
  }
  const ask = (request: Request): Promise<Answer> => {
    const answer = next()
    child.send(request)
    return answer
  }
  await next()
  return {
    warmUp: async () => {
      await ask("warm up")
    },
    measure: async () => Number(await ask("measure")),
    stop: async () => {
      if (child.connected) child.disconnect()
      await ended
    }
  }
}

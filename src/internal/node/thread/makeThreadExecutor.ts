import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ResourceLimits } from "node:worker_threads"
import type { TaskModuleError } from "../../../Errors.ts"
import type { Failure } from "../../../Executor.ts"
import type { Options, ThreadExecutor } from "../../../node/ThreadExecutor.ts"
import { checkRemoteOptions } from "../../remote/client/remoteOptions.ts"
import { makeRemoteExecutor } from "../../remote/client/makeRemoteExecutor.ts"
import { oneOf } from "../../options.ts"
import { checkFlags, checkResourceLimits, checkWorkerEnv, workerEnv } from "../workerOptions.ts"
import { warnOfNoInspector } from "../runtime.ts"
import { refuseToStart } from "../refuseToStart.ts"
import { workerFile } from "../workerFile.ts"
import { startThread } from "./parent/ThreadTransport.ts"

let lastId = 0

/** `ThreadExecutor.make`. */
export const makeThreadExecutor = (
  options: Options = {}
): Effect.Effect<ThreadExecutor, TaskModuleError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* refuseToStart("ThreadExecutor.make")
    const checked = checkRemoteOptions(options, () => `threads-${++lastId}`)
    const { preempt = "inspector" } = options
    const own = {
      preempt: oneOf("preempt", preempt, ["inspector", "terminate"]),
      resourceLimits: checkResourceLimits(options.resourceLimits),
      execArgv: checkFlags(options.execArgv)
    }
    const env = checkWorkerEnv(options)
    // Without changes, Node.js itself gives a copy of this process's environment.
    const hasOwnEnv = env.env !== undefined || !env.inheritEnv
    yield* warnOfUselessLimit(checked.name, own.resourceLimits)
    const onNoInspector = yield* warnOfNoInspector(checked.name, "its thread is terminated and replaced")
    return yield* makeRemoteExecutor<Failure>(checked, (worker) =>
      startThread({
        ...worker,
        ...own,
        onNoInspector,
        runner: workerFile("runner").href,
        env: hasOwnEnv ? workerEnv(env) : undefined
      })
    )
  })

/** This flag of V8 applies to all threads of a process, and overrides the limit of one. */
const heapFlag = /(^|\s)--max[-_]old[-_]space[-_]size(?:[-_]percentage)?(?=[=\s]|$)/

const warnOfUselessLimit = (executor: string, limits: ResourceLimits | undefined): Effect.Effect<void> => {
  const flags = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""].join(" ")
  if (limits?.maxOldGenerationSizeMb === undefined || !heapFlag.test(flags)) return Effect.void
  return Effect.logWarning(
    `Executor "${executor}": resourceLimits.maxOldGenerationSizeMb (${limits.maxOldGenerationSizeMb}) has no effect, because this ` +
      `program was started with --max-old-space-size, which Node.js applies to all threads: start it without, or use processes`
  )
}

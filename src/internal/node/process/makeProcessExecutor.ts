import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { TaskModuleError } from "../../../Errors.ts"
import type { Failure } from "../../../Executor.ts"
import type { Options, ProcessExecutor } from "../../../node/ProcessExecutor.ts"
import { checkRemoteOptions } from "../../remote/client/remoteOptions.ts"
import { makeRemoteExecutor } from "../../remote/client/makeRemoteExecutor.ts"
import {
  checkFlags,
  checkFolderName,
  checkMaxFrameBytes,
  checkOutput,
  checkSystemId,
  checkWorkerEnv
} from "../workerOptions.ts"
import { oneOf } from "../../options.ts"
import { refuseWithoutSerializer, warnOfNoInspector } from "../runtime.ts"
import { refuseToStart } from "../refuseToStart.ts"
import { workerFile } from "../workerFile.ts"
import { startProcess } from "./parent/ProcessTransport.ts"

let lastId = 0

/** `ProcessExecutor.make`. */
export const makeProcessExecutor = (
  options: Options = {}
): Effect.Effect<ProcessExecutor, TaskModuleError, Scope.Scope> =>
  Effect.gen(function* () {
    yield* refuseToStart("ProcessExecutor.make")
    yield* refuseWithoutSerializer("ProcessExecutor.make")
    const checked = checkRemoteOptions(options, () => `processes-${++lastId}`)
    const { preempt = "terminate" } = options
    const own = {
      preempt: oneOf("preempt", preempt, ["inspector", "terminate"]),
      ...checkWorkerEnv(options),
      uid: checkSystemId("uid", options.uid),
      gid: checkSystemId("gid", options.gid),
      maxFrameBytes: checkMaxFrameBytes(options.maxFrameBytes),
      execArgv: checkFlags(options.execArgv),
      cwd: checkFolderName(options.cwd),
      output: checkOutput(options.output)
    }
    const onNoInspector = yield* warnOfNoInspector(checked.name, "its process is killed and replaced")
    return yield* makeRemoteExecutor<Failure>(checked, (worker) =>
      startProcess({
        ...worker,
        ...own,
        onNoInspector,
        runner: workerFile("runner").href,
        executor: checked.name
      })
    )
  })

/** A parent of two worker processes, to be killed or to end: a test starts it as a process of its own. */
import * as Effect from "effect/Effect"
import * as Scope from "effect/Scope"
import { appendFileSync } from "node:fs"
import { startProcess } from "../../../../src/internal/node/process/parent/ProcessTransport.ts"
import { linesOf, makeCall, options, pushed, until, pidOf } from "./processes.ts"

const [, , how, file, ...more] = process.argv as unknown as [string, string, string, string, ...Array<string>]

const start = (id: number) =>
  Effect.runPromise(
    startProcess(options({ id, name: `worker-${id}`, watchdog: !more.includes("no-watchdog") })).pipe(
      Effect.provideService(Scope.Scope, Scope.makeUnsafe())
    )
  )

const workers = await Promise.all([start(1), start(2)])
if (how === "idle") {
  // Nothing is to keep this process, though its workers live.
  const pids = workers.map(pidOf)
  const call = makeCall("child")
  workers[0]!.push(call)
  const end = await call.end
  appendFileSync(file, `${pids.join(" ")} ${end._tag === "Success" ? String(end.value) : ""}\n`)
} else {
  for (const worker of workers) pushed(worker, how, file)
  await until(() => linesOf(file).length === 2)
  appendFileSync(file, "ready\n")
  if (more.includes("exit")) process.exit(0)
}

import { Effect } from "effect"
import * as fs from "node:fs"

const count = (path: string): number | undefined => {
  try {
    return fs.readdirSync(path).length
  } catch {
    return undefined
  }
}

const children = (): number | undefined => {
  try {
    const lists = fs
      .readdirSync("/proc/self/task")
      .map((id) => fs.readFileSync(`/proc/self/task/${id}/children`, "utf8"))
    return lists
      .join("")
      .split(" ")
      .filter((pid) => pid !== "").length
  } catch {
    return undefined
  }
}

// Made when they are first used, which may be within a test.
void process.stdout
void process.stderr

/** What keeps this process alive, apart from what comes and goes all the time. */
const resources = () => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate" && kind !== "Timeout") counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

const listeners = () =>
  Object.fromEntries(process.eventNames().map((event) => [String(event), process.listenerCount(event)]))

/** What of this process somebody could have forgotten to close. Threads, processes and files where the system tells. */
export const whatIsOpen = Effect.sync(() => ({
  resources: resources(),
  listeners: listeners(),
  threads: count("/proc/self/task"),
  files: count("/proc/self/fd"),
  processes: children()
}))

/** The same when nothing of a child process is left, which ends a little after it is known to have ended. */
export const whatIsOpenAtRest = Effect.gen(function* () {
  for (;;) {
    const open = yield* whatIsOpen
    if (open.resources["ProcessWrap"] === undefined) return open
    yield* Effect.yieldNow
  }
})

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

/** The resources that keep this process alive, apart from those that come and go all the time. */
const resources = () => {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (kind !== "Immediate" && kind !== "Timeout") counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

const listeners = () =>
  Object.fromEntries(process.eventNames().map((event) => [String(event), process.listenerCount(event)]))

/** The resources of this process that somebody could have forgotten to close: threads, processes, and files where the system lists them. */
export const whatIsOpen = Effect.sync(() => ({
  resources: resources(),
  listeners: listeners(),
  threads: count("/proc/self/task"),
  files: count("/proc/self/fd"),
  processes: children()
}))

/** Open resources once nothing of a child process is left, which ends a little after its end is known. */
export const whatIsOpenAtRest = Effect.gen(function* () {
  for (;;) {
    const open = yield* whatIsOpen
    if (open.resources["ProcessWrap"] === undefined) return open
    yield* Effect.yieldNow
  }
})

/** Open resources later on. One that was still being closed at the time of `before` counts as if it was there. */
export const whatIsOpenAfter = (before: Effect.Success<typeof whatIsOpen>): typeof whatIsOpen =>
  Effect.map(whatIsOpen, (open) => ({
    listeners: open.listeners,
    resources: Object.fromEntries(
      Object.entries({ ...before.resources, ...open.resources }).map(([kind, count]) => [
        kind,
        Math.max(count, before.resources[kind] ?? 0)
      ])
    ),
    threads: larger(open.threads, before.threads),
    files: larger(open.files, before.files),
    processes: larger(open.processes, before.processes)
  }))

const larger = (one: number | undefined, other: number | undefined): number | undefined =>
  one === undefined || other === undefined ? one : Math.max(one, other)

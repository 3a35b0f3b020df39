import type { Task } from "effect-futures"
import type { Random } from "../../support/Random.ts"
import { nested, Storm, type Tally } from "./stormTasks.ts"

/** A sort of task in the mix. */
interface Sort {
  readonly name: string
  /** How many there are in ten thousand tasks. */
  readonly weight: number
  readonly make: (tally: Tally, index: number) => Task.Task<unknown, unknown>
  /** How it ends if nobody stops it, see `howItEnded`. */
  readonly ends: (index: number) => string
  /** For those that would never end. */
  readonly hasTimeout: boolean
  /** To what it gives way while it runs: what others have left behind may come meanwhile, and take its worker down. */
  readonly givesWay: "to nothing" | "to promises" | "to all"
  /** Whether any code of it runs. */
  readonly runs: boolean
}

const sort = (
  name: string,
  weight: number,
  make: Sort["make"],
  ends: Sort["ends"],
  traits: Partial<Pick<Sort, "hasTimeout" | "givesWay" | "runs">> = {}
): Sort => ({ name, weight, make, ends, hasTimeout: false, givesWay: "to nothing", runs: true, ...traits })

const gives = (index: number) => `gave ${index}`
const timesOut = () => "failed: timeout while running"
const awaits = { givesWay: "to promises" } as const
const waits = { givesWay: "to all" } as const
const endless = { hasTimeout: true }

const sorts = (isThread: boolean): ReadonlyArray<Sort> => [
  sort("plain", 6000, Storm.plain, gives),
  sort("async", 1200, Storm.async, gives, awaits),
  sort("effect", 1200, Storm.effect, gives),
  sort("naps", 700, Storm.naps, gives, waits),
  sort("fails", 250, Storm.fails, (index) => `failed: unwanted ${index}`),
  sort("throws", 250, Storm.throws, (index) => `died: RangeError: task ${index}`),
  sort("rejects", 150, Storm.rejects, (index) => `died: RangeError: task ${index}`, awaits),
  sort(
    "takesWhatCannotCross",
    75,
    (tally, index) => Storm.takesWhatCannotCross(tally, index, () => {}),
    () => "failed: cannot cross: argument 3",
    { runs: false }
  ),
  sort("givesWhatCannotCross", 75, Storm.givesWhatCannotCross, () => "failed: cannot cross: result"),
  sort(
    "takesTooDeep",
    10,
    (tally, index) => Storm.takesWhatCannotCross(tally, index, nested(5000)),
    () => "failed: cannot cross: argument 3",
    { runs: false }
  ),
  sort("givesTooDeep", 10, Storm.givesTooDeep, () => "failed: cannot cross: result"),
  sort("givesProxy", 10, Storm.givesProxy, () => "failed: cannot cross: result"),
  sort("givesInstance", 10, Storm.givesInstance, () => "failed: cannot cross: result"),
  sort("exits", 8, Storm.exits, () => "failed: crash: exit code 7"),
  sort("throwsAside", 6, Storm.throwsAside, (index) => `failed: crash: aside ${index}`, waits),
  sort("rejectsAside", 6, Storm.rejectsAside, (index) => `failed: crash: aside ${index}`, waits),
  sort("throwsLate", 8, Storm.throwsLate, gives),
  sort("fills", 2, Storm.fills, () => "failed: crash: out of memory"),
  ...(isThread
    ? []
    : [
        sort("killsItself", 5, Storm.killsItself, () => "failed: crash: SIGKILL", waits),
        sort("stopsItself", 3, Storm.stopsItself, timesOut, endless)
      ]),
  sort("spinsDeep", 5, Storm.spinsDeep, timesOut, endless),
  sort("neverSettles", 7, Storm.neverSettles, timesOut, { ...endless, ...waits }),
  sort("spins", 10, Storm.spins, timesOut, endless),
  sort("spinsInTry", 7, Storm.spinsInTry, timesOut, endless),
  sort("spinsInFinalizer", 5, Storm.spinsInFinalizer, timesOut, { ...endless, ...waits }),
  sort("spinsInPromises", 7, Storm.spinsInPromises, timesOut, { ...endless, ...awaits }),
  sort("spinsInTimer", 5, Storm.spinsInTimer, timesOut, { ...endless, ...waits }),
  sort("waitsForAtom", 7, Storm.waitsForAtom, timesOut, endless),
  sort("neverEnds", 7, Storm.neverEnds, timesOut, { ...endless, ...waits }),
  sort("cannotBeInterrupted", 2, Storm.cannotBeInterrupted, timesOut, { ...endless, ...waits })
]

/** A task of the mix, its number, and what is to come of it. */
export interface Planned {
  readonly index: number
  readonly sort: Sort
  readonly task: Task.Task<unknown, unknown>
  readonly options: { readonly name: string; readonly timeout?: number; readonly priority?: number }
}

/** Good tasks with all kinds of bad ones in between, the same again for the same seed. */
export const makeMix = (kind: string, tally: Tally, random: Random): ((index: number) => Planned) => {
  const choices = sorts(kind === "ThreadExecutor").map((each) => [each.weight, each] as const)
  return (index) => {
    const sort = random.weighted(choices)
    const options = {
      name: `${sort.name} ${index}`,
      ...(sort.hasTimeout ? { timeout: 50 + random.below(50) } : {}),
      ...(random.chance(0.1) ? { priority: random.below(3) } : {})
    }
    return { index, sort, task: sort.make(tally, index), options }
  }
}

import * as Task from "../../../src/Task.ts"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"

/** Where the runs of tasks are counted: in shared memory, or in a file with a line for each. */
export type Tally = Int32Array<SharedArrayBuffer> | string

export class Unwanted extends Data.TaggedError("Unwanted")<{ readonly index: number }> {}

/** Said before anything else, so that a run is counted whatever becomes of it. */
const ran = (tally: Tally, index: number): void => {
  // Opened to append: what several processes write stays whole.
  if (typeof tally === "string") fs.appendFileSync(tally, `${index}\n`)
  else Atomics.add(tally, index, 1)
}

/** Objects in objects, more than any stack can read. */
export const nested = (depth: number): unknown => {
  let value: unknown = "the bottom"
  for (let i = 0; i < depth; i++) value = { value }
  return value
}

class Owner {
  readonly index: number
  constructor(index: number) {
    this.index = index
  }
}

const spinAt = (depth: number): number => (depth === 0 ? spin() : spinAt(depth - 1) + 1)

const spin = (): never => {
  for (;;);
}

/** Good tasks, which give back their number, and all kinds of bad ones. */
export const Storm = Task.module(import.meta.url, {
  plain: (tally: Tally, index: number) => {
    ran(tally, index)
    return index
  },
  async: async (tally: Tally, index: number) => {
    ran(tally, index)
    await Promise.resolve()
    return index
  },
  effect: (tally: Tally, index: number) =>
    Effect.sync(() => {
      ran(tally, index)
      return index
    }),
  naps: (tally: Tally, index: number) =>
    Effect.suspend(() => {
      ran(tally, index)
      return Effect.as(Effect.sleep(1), index)
    }),

  fails: (tally: Tally, index: number): Effect.Effect<number, Unwanted> =>
    Effect.suspend(() => {
      ran(tally, index)
      return Effect.fail(new Unwanted({ index }))
    }),
  throws: (tally: Tally, index: number): number => {
    ran(tally, index)
    throw new RangeError(`task ${index}`)
  },
  rejects: async (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    throw new RangeError(`task ${index}`)
  },
  takesWhatCannotCross: (tally: Tally, index: number, _value: unknown) => {
    ran(tally, index)
    return index
  },
  givesWhatCannotCross: (tally: Tally, index: number) => {
    ran(tally, index)
    return { index, because: () => {} }
  },

  givesTooDeep: (tally: Tally, index: number) => {
    ran(tally, index)
    return nested(5000)
  },
  givesProxy: (tally: Tally, index: number) => {
    ran(tally, index)
    return new Proxy({ index }, {})
  },
  givesInstance: (tally: Tally, index: number) => {
    ran(tally, index)
    return { index, owner: new Owner(index) }
  },

  exits: (tally: Tally, index: number): number => {
    ran(tally, index)
    process.exit(7)
  },
  killsItself: async (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    process.kill(process.pid, "SIGKILL")
    return new Promise(() => {})
  },
  throwsAside: (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    setImmediate(() => {
      throw new Error(`aside ${index}`)
    })
    return new Promise(() => {})
  },
  rejectsAside: (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    void Promise.reject(new Error(`aside ${index}`))
    return new Promise(() => {})
  },
  /** Ends well, and takes its worker down a moment later. */
  throwsLate: (tally: Tally, index: number) => {
    ran(tally, index)
    setTimeout(() => {
      throw new Error(`late ${index}`)
    }, 1)
    return index
  },
  fills: (tally: Tally, index: number): number => {
    ran(tally, index)
    const all: Array<unknown> = []
    // In pieces: V8 gives up the whole process if much is needed at once.
    for (;;) all.push(Array.from({ length: 10_000 }, () => index))
  },

  spins: (tally: Tally, index: number): number => {
    ran(tally, index)
    return spin()
  },
  spinsInTry: (tally: Tally, index: number): number => {
    ran(tally, index)
    for (;;) {
      try {
        spin()
      } catch {
        spin()
      } finally {
        // oxlint-disable-next-line no-unsafe-finally
        continue
      }
    }
  },
  spinsInFinalizer: (tally: Tally, index: number): Effect.Effect<number> =>
    Effect.suspend(() => {
      ran(tally, index)
      return Effect.ensuring(Effect.never, Effect.sync(spin))
    }),
  spinsInPromises: async (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    for (;;) await Promise.resolve()
  },
  spinsInTimer: (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    return new Promise(() => setTimeout(spin, 1))
  },
  spinsDeep: (tally: Tally, index: number): number => {
    ran(tally, index)
    return spinAt(3000)
  },
  neverSettles: (tally: Tally, index: number): Promise<number> => {
    ran(tally, index)
    return new Promise(() => {})
  },
  stopsItself: (tally: Tally, index: number): number => {
    ran(tally, index)
    process.kill(process.pid, "SIGSTOP")
    return spin()
  },
  waitsForAtom: (tally: Tally, index: number): number => {
    ran(tally, index)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    return index
  },
  neverEnds: (tally: Tally, index: number): Effect.Effect<number> =>
    Effect.suspend(() => {
      ran(tally, index)
      return Effect.never
    }),
  cannotBeInterrupted: (tally: Tally, index: number): Effect.Effect<number> =>
    Effect.suspend(() => {
      ran(tally, index)
      return Effect.uninterruptible(Effect.never)
    }),

  /** The heap of the thread or process, after a collection. */
  memory: () => {
    globalThis.gc?.()
    return process.memoryUsage().heapUsed
  }
})

/** A message from one process to the others. It is only a hint: a process that misses it finds out by polling. */
export type Signal =
  /** There is something to claim. */
  | { readonly _tag: "Work" }
  /** These were settled. */
  | { readonly _tag: "Changed"; readonly seqs: ReadonlyArray<number> }
  /** These are to be stopped. */
  | { readonly _tag: "Cancelled"; readonly seqs: ReadonlyArray<number> }
  /** There are further elements of these streams. */
  | { readonly _tag: "Written"; readonly seqs: ReadonlyArray<number> }
  /** The readers of these streams have room for more. */
  | { readonly _tag: "Demanded"; readonly seqs: ReadonlyArray<number>; readonly demanded: ReadonlyArray<number> }

/** A channel of Postgres's LISTEN and NOTIFY. */
export const channel = "effect_futures"

// Postgres takes less than 8000 bytes. If a list is too long, an empty one is sent, and the others look at all their tasks.
const longest = 7000

export const writeSignal = (executor: string, signal: Signal): string => {
  const text = JSON.stringify([executor, signal])
  return text.length <= longest ? text : JSON.stringify([executor, { ...signal, seqs: [], demanded: [] }])
}

/** `undefined` for signals of other executors and of other programs. */
export const readSignal = (executor: string, text: string): Signal | undefined => {
  try {
    const [to, signal] = JSON.parse(text) as [string, Signal]
    return to === executor ? signal : undefined
  } catch {
    return undefined
  }
}

/** An analysis with a mistake, to see what becomes of it: `--poison`. */
import { Task } from "effect-futures"
import type { Analyse, Analysis } from "./Analysis.ts"

// The terminator is larger than any byte, so it is never found.
const terminator = 0x100

/** The search begins again at the end of the file, and never ends. */
const findTerminator = (bytes: Uint8Array): number => {
  let at = 0
  while (bytes[at] !== terminator) {
    at = at < bytes.length ? at + 1 : 0
  }
  return at
}

export const Poison = Task.module(
  import.meta.url,
  {
    analyse: (bytes: Uint8Array): Analysis => ({
      lines: findTerminator(bytes),
      words: 0,
      sha256: "",
      compressed: 0
    })
  },
  { id: "analyse-folder.poison" }
)

/** The analysis of the first file never ends. */
export const poisonFirst = (analyse: Analyse): Analyse => {
  let isFirst = true
  return (bytes, path) => {
    if (!isFirst) return analyse(bytes, path)
    isFirst = false
    return Poison.analyse(bytes)
  }
}

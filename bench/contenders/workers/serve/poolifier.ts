import { ThreadWorker } from "poolifier"
import { add, type Bytes, compute, echo, hold, type Pair } from "../functions.ts"

export default new ThreadWorker({
  add: (pair?: Pair) => add(pair!),
  compute: (steps?: number) => compute(steps!),
  hold: (millis?: number) => hold(millis!),
  echo: (bytes?: Bytes) => echo(bytes!)
})

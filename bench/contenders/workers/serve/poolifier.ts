import { ThreadWorker } from "poolifier"
import { add, type Bytes, compute, echo, hold, never, type Pair } from "../functions.ts"

export default new ThreadWorker<unknown, unknown>({
  add: (pair: unknown) => add(pair as Pair),
  compute: (steps: unknown) => compute(steps as number),
  hold: (millis: unknown) => hold(millis as number),
  echo: (bytes: unknown) => echo(bytes as Bytes),
  never
})

import { pathToFileURL } from "node:url"
import { Task } from "effect-futures"

export const Sums = Task.module(pathToFileURL(__filename).href, {
  add: (a: number, b: number) => a + b
})

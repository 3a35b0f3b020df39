import { Task } from "effect-futures"
// Neither a file with this name nor an `enum` is anything that Node.js can load by itself.
import { Unit } from "./unit.js"

export const Lengths = Task.module(import.meta.url, {
  inMetres: (kilometres: number) => (kilometres * Unit.Kilometre) / Unit.Metre
})

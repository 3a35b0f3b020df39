import { Task } from "effect-futures"

export const Printing = Task.module(import.meta.url, {
  print: (name: string, lines: number): void => {
    for (let line = 1; line <= lines; line++) {
      console.log(`${name} ${line}`)
      console.error(`${name} ${line}`)
    }
  }
})

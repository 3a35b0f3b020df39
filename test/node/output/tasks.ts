import * as Task from "../../../src/Task.ts"

export const Printing = Task.module(import.meta.url, {
  lines: (count: number) => {
    for (let i = 0; i < count; i++) console.log(`line ${i}`)
  }
})

import { Task } from "effect-futures"
import { threadId } from "node:worker_threads"

const spin = (): never => {
  for (;;) {}
}

/** Tasks that leave something behind, or never end. */
export const Leaving = Task.module(import.meta.url, {
  quick: (n: number) => n,
  exitLater: (millis: number) => void setTimeout(() => process.exit(3), millis),
  spinLater: (millis: number) => void setTimeout(spin, millis),
  where: () => `${process.pid}/${threadId}`,
  never: () => new Promise<void>(() => setInterval(() => {}, 1000)),
  print: (lines: number, name: string) => {
    for (let i = 0; i < lines; i++) console.log(`${name} ${i} ${"x".repeat(60)}`)
    console.error(`${name} has printed`)
  }
})

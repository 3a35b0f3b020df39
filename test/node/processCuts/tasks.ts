import * as Effect from "effect/Effect"
import { Task } from "effect-futures"
import * as fs from "node:fs"

let calls = 0

export const Stuck = Task.module(import.meta.url, {
  state: () => ({ pid: process.pid, calls }),
  waits: () => Effect.never,
  echo: (value: string) => Effect.as(Effect.sleep("20 millis"), value),
  spin: (): void => {
    calls++
    for (;;);
  },
  spinsLater: async (): Promise<void> => {
    await Promise.resolve()
    for (;;);
  },
  spinsWhenAsked: () => Effect.onInterrupt(Effect.never, () => Effect.sync(() => void new Spinning().spin())),
  /** Writes into every pipe that it can find, and then computes without end. */
  scribbles: (text: string): void => {
    for (let fd = 7; fd < 10; fd++) {
      try {
        fs.writeSync(fd, text)
      } catch {
        // There is none.
      }
    }
    for (;;);
  },
  leaves: (): void => process.exit(3),
  fills: (): void => {
    const all: Array<Array<number>> = []
    for (;;) all.push(Array.from({ length: 100_000 }, () => Math.random()))
  }
})

class Spinning {
  spin(): never {
    for (;;);
  }
}

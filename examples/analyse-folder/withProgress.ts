import { Config, Console, Effect, Schedule, Stdio, Terminal } from "effect"
import { asLine, asTable, observe, type Watched } from "./Progress.ts"

/**
 * Shows how far it is while an effect runs: a table on a terminal, or a bar on a small one, and a line now and then elsewhere. On standard error,
 * so that standard output has the table and nothing else.
 */
export const withProgress =
  (watched: Watched) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      // The scope ends with the effect, however that ends, and the fiber with it.
      yield* Effect.forkScoped((yield* canRedraw) ? drawBar(watched) : printLines(watched))
      return yield* effect
    }).pipe(Effect.scoped)

const canRedraw = Effect.gen(function* () {
  const stdio = yield* Stdio.Stdio
  const terminal = yield* Config.String("TERM").pipe(Config.withDefault(""), Effect.orDie)
  return terminal !== "dumb" && (yield* stdio.stderrIsTerminal)
})

const printLines = (watched: Watched) =>
  observe(watched).pipe(
    Effect.flatMap((progress) => Console.error(asLine(progress))),
    Effect.delay("1 second"),
    Effect.forever
  )

const hideCursor = "\x1b[?25l"
const showCursor = "\x1b[?25h"
const clearToEndOfLine = "\x1b[K"
const clearBelow = "\x1b[J"
const toStart = (lines: number) => (lines === 0 ? "\r" : `\x1b[${lines}A\r`)

const drawBar = (watched: Watched) =>
  Effect.suspend(() => {
    // Console.error ends with a newline, so this is how far the cursor is below the start of the bar.
    let below = 0
    const draw = Effect.gen(function* () {
      const terminal = yield* Terminal.Terminal
      const columns = (yield* terminal.columns) || 80
      const rows = (yield* terminal.rows) || 24
      const lines = asTable(yield* observe(watched), columns, rows)
      // Frames are written in one piece, or the bar would flicker.
      yield* Console.error(
        hideCursor + toStart(below) + lines.map((line) => line + clearToEndOfLine).join("\n") + clearBelow
      )
      below = lines.length
    })
    const erase = Effect.suspend(() => Console.error(toStart(below) + clearBelow + showCursor))
    // An interruption between a bar and the note of its length would leave the bar on the terminal.
    return Effect.uninterruptible(draw).pipe(Effect.repeat(Schedule.spaced("100 millis")), Effect.ensuring(erase))
  })

import { Console, Effect, FileSystem, Option, Path } from "effect"
import type { Executor } from "effect-futures"
import { Trace } from "effect-futures/trace"

/** Pictures of a run, to be looked at later. */
export interface Pictures {
  /** The file for Perfetto. */
  readonly trace: Option.Option<string>
  /** The file for a page. */
  readonly html: Option.Option<string>
}

/** Records the executors while an effect runs, and makes the pictures however the effect ends. */
export const withPictures =
  (executors: ReadonlyArray<Executor.Executor<unknown>>, { html, trace }: Pictures) =>
  <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function* () {
      if (Option.isNone(html) && Option.isNone(trace)) return yield* effect
      const file = Option.isSome(trace) ? trace.value : yield* temporaryFile
      const recorded = Effect.scoped(Effect.andThen(Trace.record(executors, { file }), effect))
      const show = Effect.gen(function* () {
        if (Option.isSome(trace)) yield* Console.error(`\nThe trace is ${file}: open it at https://ui.perfetto.dev`)
        if (Option.isSome(html)) {
          const page = yield* Trace.html(file, { to: html.value })
          yield* Console.error(`\nThe picture is ${page}: open it in a browser`)
        }
      })
      // A run that was interrupted has a picture too.
      return yield* Effect.onExit(recorded, () => show)
    }).pipe(Effect.scoped)

const temporaryFile = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* Effect.orDie(fs.makeTempDirectoryScoped({ prefix: "analyse-folder-" }))
  return (yield* Path.Path).join(folder, "run.pftrace")
})

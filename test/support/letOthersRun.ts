import { Effect } from "effect"

/** As many turns as any other fiber needs that has something to do: for promises that nothing happens. */
export const letOthersRun = Effect.yieldNow.pipe(Effect.repeat({ times: 50 }))

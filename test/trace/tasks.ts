import { Effect } from "effect"
import { Task } from "effect-futures"

export const Tasks = Task.module(
  import.meta.url,
  {
    double: (n: number) => 2 * n,
    spin: (): number => {
      for (;;) {}
    },
    die: (): number => process.exit(7),
    /** Has something to clean up. */
    cleanUp: (n: number) =>
      Effect.scoped(
        Effect.as(
          Effect.addFinalizer(() => Effect.yieldNow),
          n
        )
      )
  },
  { id: "test.trace" }
)

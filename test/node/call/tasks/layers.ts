import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Data from "effect/Data"
import * as Task from "../../../../src/Task.ts"
import { Connection, events } from "./basics.ts"

class NoPort extends Data.TaggedError("NoPort")<{ readonly port: number }> {}

let attempts = 0

export const Failing = Task.module(
  import.meta.url,
  {
    connect: () => Effect.map(Connection, ({ id }) => id),
    typed: Task.fn({ args: [], success: Schema.Number, error: Schema.String }, () =>
      Effect.map(Connection, ({ id }) => id)
    )
  },
  {
    layer: Layer.effect(
      Connection,
      Effect.suspend(() => (++attempts > 2 ? Effect.succeed({ id: attempts }) : Effect.fail(new NoPort({ port: 80 }))))
    )
  }
)

export const Breaking = Task.module(
  import.meta.url,
  { use: () => Effect.map(Connection, ({ id }) => id) },
  {
    layer: Layer.effect(
      Connection,
      Effect.acquireRelease(Effect.succeed({ id: 5 }), () =>
        Effect.andThen(
          Effect.sync(() => events.push("breaking")),
          Effect.die(new Error("cannot be released"))
        )
      )
    )
  }
)

export const Spinning = Task.module(
  import.meta.url,
  {
    plain: () => 1,
    spin: () =>
      Effect.sync(() => {
        for (;;) {}
      })
  },
  {
    layer: Layer.effect(
      Connection,
      Effect.acquireRelease(Effect.succeed({ id: 6 }), () => Effect.sync(() => events.push("released")))
    )
  }
)

let builds = 0

export const SlowLayer = Task.module(
  import.meta.url,
  { useSlow: () => Effect.map(Connection, ({ id }) => id) },
  {
    layer: Layer.effect(
      Connection,
      Effect.sync(() => {
        // The first never ends.
        for (builds++; builds === 1;) {}
        return { id: builds }
      })
    )
  }
)

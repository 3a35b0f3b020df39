import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Option from "effect/Option"
import { TaskEncodingError, TaskTimeoutError } from "../../../../src/Errors.ts"
import * as Duration from "effect/Duration"
import * as Task from "../../../../src/Task.ts"

/** The events here, for tests that run tasks in their own thread. */
export const events: Array<string> = []

export class NotANumber extends Data.TaggedError("NotANumber")<{ readonly text: string; readonly cause?: unknown }> {}
export class Point extends Schema.Class<Point>("Point")({ x: Schema.Number, y: Schema.Number }) {
  get length() {
    return Math.hypot(this.x, this.y)
  }
}
export class NoDirection extends Schema.TaggedError<NoDirection>()("NoDirection", { at: Point }) {}

class Odd extends Error {
  readonly code = "E_ODD"
  readonly tell = () => "nothing"
}

export const Basics = Task.module(import.meta.url, {
  add: (a: number, b: number) => a + b,
  echo: (value: unknown): unknown => value,
  later: async (n: number) => n + 1,
  parse: (text: string) =>
    Number.isNaN(Number(text))
      ? Effect.fail(new NotANumber({ text, cause: new RangeError("inner") }))
      : Effect.succeed(Number(text)),
  throws: (): never => {
    throw new TypeError("bad", { cause: new RangeError("worse") })
  },
  throwsOdd: (): never => {
    throw new Odd("odd")
  },
  throwsOurs: (): never => {
    throw new TaskEncodingError({ task: "other", what: "result", reason: "none" })
  },
  throwsValue: (): never => {
    // oxlint-disable-next-line no-throw-literal
    throw { code: 7, nested: [new SyntaxError("in a value")] }
  },
  rejects: async (): Promise<never> => {
    throw new Odd("later")
  },
  ours: () =>
    Effect.fail(new TaskTimeoutError({ task: "t", duration: Duration.seconds(3), phase: "running", stuckAt: [] })),
  many: () =>
    Effect.failCause(
      Cause.fromReasons<string>([
        Cause.makeFailReason("first"),
        Cause.makeDieReason(new Error("second")),
        Cause.makeInterruptReason(7)
      ])
    ),
  fn: () => (() => 1) as unknown,
  sym: () => Symbol("s") as unknown,
  uncloneable: () => ({ f: () => 1 }) as unknown,
  forever: () =>
    Effect.never.pipe(
      Effect.onInterrupt(() => Effect.sync(() => events.push("interrupted"))),
      Effect.ensuring(Effect.sync(() => events.push("finalized")))
    ),
  scoped: () =>
    Effect.andThen(
      Effect.acquireRelease(
        Effect.sync(() => events.push("acquired")),
        () => Effect.sync(() => events.push("released"))
      ),
      Effect.sync(() => events.push("used"))
    ),
  spins: () =>
    Effect.sync(() => {
      for (;;) {}
    }).pipe(
      Effect.ensuring(Effect.sync(() => events.push("unwound"))),
      Effect.onInterrupt(() => Effect.sync(() => events.push("interrupted")))
    ),
  invert: (bytes: Uint8Array<ArrayBuffer>) => {
    for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - bytes[i]!
    return Task.transfer({ deep: [bytes] }, []).deep[0] === bytes ? Task.transfer(bytes, [bytes.buffer]) : bytes
  },
  wrap: (bytes: Uint8Array<ArrayBuffer>) => ({ nested: [Task.transfer(bytes, [bytes.buffer])] }),
  norm: Task.fn({ args: [Point], success: Point, error: NoDirection }, (point) =>
    point.length === 0
      ? Effect.fail(new NoDirection({ at: point }))
      : Effect.succeed(new Point({ x: point.x / point.length, y: point.y / point.length }))
  ),
  option: Task.fn({ args: [Schema.Option(Schema.Number)], success: Schema.Option(Schema.Number) }, (n) =>
    Option.map(n, (_) => _ + 1)
  ),
  nullable: Task.fn({ args: [], success: Schema.Null, error: Schema.Null }, () => Effect.fail(null)),
  wrong: Task.fn({ args: [Schema.Number], success: Schema.Number }, (n) => `${n}` as unknown as number),
  wrongError: Task.fn({ args: [], success: Schema.Number, error: NoDirection }, () =>
    Effect.fail(new NotANumber({ text: "no" }) as unknown as NoDirection)
  )
})

export class Connection extends Context.Service<Connection, { readonly id: number }>()("Connection") {}
let connections = 0
const layer = Layer.effect(
  Connection,
  Effect.acquireRelease(
    Effect.sync(() => {
      events.push("opened")
      return { id: ++connections }
    }),
    () => Effect.sync(() => events.push("closed"))
  )
)

export const WithLayer = Task.module(
  import.meta.url,
  {
    connection: () => Effect.map(Connection, ({ id }) => id),
    plain: () => "plain"
  },
  { layer }
)

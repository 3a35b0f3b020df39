import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Schema, SchemaAST } from "effect"
import * as References from "effect/References"
import * as Context from "effect/Context"
import {
  declarationId,
  forgetCurrentFiber,
  isInFiber,
  isInterrupted,
  iteratorPrototype,
  loggerLike,
  replaceHooks,
  sameKind,
  takeId,
  unwind
} from "../src/internal/effectInternals.ts"

const [someLogger] = Context.get(Context.empty(), References.CurrentLoggers)

// These fail first where a new version of Effect has other private parts.
describe("the private parts of the installed Effect", () => {
  it("show whether a fiber is interrupted, while it cleans up", () => {
    const fiber = Effect.runFork(Effect.uninterruptible(Effect.never))
    assert.isFalse(isInterrupted(fiber))
    fiber.interruptUnsafe()
    assert.isUndefined(fiber.pollUnsafe())
    assert.isTrue(isInterrupted(fiber))
  })

  it("give a fiber another id", () => {
    const fiber = Effect.runFork(Effect.never)
    takeId(fiber, 1_000_000)
    assert.strictEqual(fiber.id, 1_000_000)
  })

  it("show whether a fiber runs the code, and let it be forgotten", () => {
    assert.isFalse(isInFiber())
    Effect.runSync(
      Effect.withFiber((fiber) => {
        assert.strictEqual(Fiber.getCurrent(), fiber)
        assert.isTrue(isInFiber())
        forgetCurrentFiber()
        assert.isUndefined(Fiber.getCurrent())
        assert.isFalse(isInFiber())
        return Effect.void
      })
    )
  })

  it("let a fiber go on whose code was cut off, with its finalizers, and wake those that wait for it", () => {
    const log: Array<string> = []
    let cut: Fiber.Fiber<unknown, unknown> | undefined
    const body = Effect.withFiber((fiber) => {
      cut = fiber
      // As if this step never came to its end.
      const isUnwound = unwind(fiber, Effect.interrupt)
      log.push(`unwound: ${isUnwound}`)
      return Effect.never
    })
    Effect.runFork(
      Effect.ensuring(
        body,
        Effect.sync(() => log.push("finalized"))
      )
    ).addObserver(() => log.push("ended"))
    assert.deepStrictEqual(log, ["finalized", "unwound: true", "ended"])
    assert.isTrue(unwind(cut!, Effect.interrupt), "an ended fiber is none that is cut")
  })

  it("make a logger like others", () => {
    const messages: Array<unknown> = []
    const logger = loggerLike<unknown, void>(someLogger, ({ message }) => void messages.push(message))
    assert.strictEqual(Object.getPrototypeOf(logger), Object.getPrototypeOf(someLogger))
    Effect.runSync(Effect.provideService(Effect.log("hello"), References.CurrentLoggers, new Set([logger]) as never))
    assert.deepStrictEqual(messages, [["hello"]])
  })

  it("tell of each update of a metric", () => {
    const registry = new Map<string, Metric.Metric.Metadata<unknown, unknown>>()
    const updates: Array<unknown> = []
    const counter = Metric.counter("effectInternals")
    const update = Effect.provideService(Metric.update(counter, 2), Metric.MetricRegistry, registry as never)
    Effect.runSync(update)
    const [metadata] = Array.from(registry.values())
    const { hooks } = metadata!
    const replaced = replaceHooks(metadata!, {
      ...hooks,
      update: (input, context) => {
        updates.push(input)
        hooks.update(input, context)
      }
    })
    assert.isTrue(replaced)
    Effect.runSync(update)
    assert.deepStrictEqual(updates, [2])
  })

  it("name the declarations of Schemas", () => {
    const { ast } = Schema.Date
    assert.isTrue(SchemaAST.isDeclaration(ast) && declarationId(ast) === "effect/schema/Date")
  })

  it("have one prototype of iterators, and one of each kind of step", () => {
    const prototype = iteratorPrototype(Effect.void)
    assert.strictEqual(prototype, iteratorPrototype(Effect.succeed(1)))
    assert.isDefined(prototype)
    const isFlatMap = sameKind(Effect.flatMap(Effect.void, () => Effect.void))
    assert.isTrue(isFlatMap(Effect.flatMap(Effect.succeed(1), (n) => Effect.succeed(n))))
    assert.isFalse(isFlatMap(Effect.catchCause(Effect.void, () => Effect.void)))
  })
})

describe("an Effect without them is lived with:", () => {
  const other = { pollUnsafe: () => undefined } as unknown as Fiber.Fiber<unknown, unknown>

  it("no fiber is known to be interrupted", () => {
    assert.isFalse(isInterrupted(other))
  })

  it("a fiber that does not let go of its id keeps it", () => {
    const frozen = Object.freeze({ id: 1 }) as unknown as Fiber.Fiber<unknown, unknown>
    takeId(frozen, 2)
    assert.strictEqual(frozen.id, 1)
  })

  it("a fiber that was cut is not unwound, and its worker is told so", () => {
    assert.isFalse(unwind(other, Effect.interrupt))
  })

  it("a logger is a plain object that logs", () => {
    assert.isFunction(loggerLike(undefined, () => {}).log)
  })

  it("a metric without hooks is left alone", () => {
    const metadata = {} as unknown as Metric.Metric.Metadata<unknown, unknown>
    assert.isFalse(replaceHooks(metadata, {} as never))
    assert.deepStrictEqual(metadata, {} as never)
  })

  it("a declaration has no id, an effect no iterator that is known, a step no kind", () => {
    assert.isUndefined(declarationId({} as SchemaAST.Declaration))
    const strange = { *[Symbol.iterator]() {} } as unknown as Effect.Effect<void>
    assert.isUndefined(iteratorPrototype(strange))
    assert.isFalse(sameKind({})({}))
  })
})

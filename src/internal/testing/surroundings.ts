import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Random from "effect/Random"
import * as Scheduler from "effect/Scheduler"
import * as Tracer from "effect/Tracer"
import { Prng } from "./Prng.ts"
import type { Primitive } from "./primitives.ts"

type Context = NonNullable<Tracer.Tracer["context"]>

/** The parts of Effect that an execution replaces. */
interface Surroundings {
  readonly clock: Clock.Clock
  readonly scheduler: Scheduler.Scheduler
  readonly step: (primitive: Primitive, fiber: Fiber.Fiber<unknown, unknown>) => unknown
}

// Marks the `context` functions of executions. A weak set of them would keep the garbage collector busy with thousands of executions.
const mark: unique symbol = Symbol("effect-futures/Interleave")

/** Whether an execution decides when the fiber goes on. */
export const isExecuted = (fiber: Fiber.Fiber<unknown, unknown>): boolean => {
  const { tracerContext } = fiber.cache
  return tracerContext !== undefined && mark in tracerContext
}

/** The context for a program, with all parts of `base` that do not affect the order of its steps. */
export const surround = (
  base: Context.Context<never>,
  { clock, scheduler, step }: Surroundings
): Context.Context<never> => {
  const tracer = Context.get(base, Tracer.Tracer)
  const random = new Prng(0)
  return base.pipe(
    Context.add(Scheduler.Scheduler, scheduler),
    Context.add(Clock.Clock, clock),
    // The function returns the result of the step, whatever its type.
    Context.add(Tracer.Tracer, {
      span: (options) => tracer.span(options),
      context: Object.assign(step as Context, { [mark]: true })
    }),
    Context.add(Random.Random, {
      nextIntUnsafe: () => Math.floor((random.next() * 2 - 1) * Number.MAX_SAFE_INTEGER),
      nextDoubleUnsafe: () => random.next()
    }),
    // Thousands of schedules would log the same.
    Context.add(Logger.CurrentLoggers, noLoggers)
  )
}

const noLoggers: ReadonlySet<Logger.Logger<unknown, unknown>> = new Set()

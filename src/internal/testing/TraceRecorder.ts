import type * as Fiber from "effect/Fiber"
import { kindOf, type Primitive } from "./primitives.ts"
import type { Entry } from "./ReadyList.ts"
import { type Site, watchYields } from "./yieldSites.ts"
import type { Thread } from "./Thread.ts"

/** What a fiber did before another one did something, or before it came to another place in its source. */
export interface RecordedStep {
  readonly thread: Thread
  readonly site: Site | undefined
  readonly millis: number
  /** Why it went on, if it did not just go on. */
  readonly reason: Entry["reason"] | undefined
  /** Whether it was woken within a step of another fiber. */
  readonly isNested: boolean
  /** The steps, in Effect's words. */
  readonly kinds: Array<string>
}

/** Takes down what happens in a schedule. */
export class TraceRecorder {
  readonly steps: Array<RecordedStep> = []
  private entry: Entry | undefined = undefined

  /** Calls `f`, and sees where in their source the fibers are meanwhile. */
  watch<A>(f: () => A, current: () => Thread | undefined): A {
    return watchYields((site) => {
      const thread = current()
      if (thread !== undefined) thread.site = site
    }, f)
  }

  resumed(entry: Entry): void {
    this.entry = entry
  }

  step(thread: Thread, primitive: Primitive, depth: number): void {
    const reason = this.entry?.thread === thread ? this.entry.reason : undefined
    this.entry = undefined
    const last = this.steps.at(-1)
    const kind = kindOf(primitive)
    thread.doing = kind
    if (last !== undefined && last.thread === thread && last.site === thread.site && reason === undefined) {
      last.kinds.push(kind)
      return
    }
    this.steps.push({ thread, site: thread.site, millis: thread.since, reason, isNested: depth > 0, kinds: [kind] })
  }
}

const names = new WeakMap<Fiber.Fiber<unknown, unknown>, string>()

export const nameFiber = (fiber: Fiber.Fiber<unknown, unknown>, name: string): void => {
  names.set(fiber, name)
}

/** The name that it was given, or that of the span that it is in. */
export const nameOf = (fiber: Fiber.Fiber<unknown, unknown> | undefined): string | undefined => {
  if (fiber === undefined) return undefined
  const { span } = fiber.cache
  return names.get(fiber) ?? (span?._tag === "Span" ? span.name : undefined)
}

import { Effect, type Exit, Option } from "effect"
import { Future } from "effect-futures"
import { outcomeOf } from "../../support/outcomeOf.ts"
import { howItEnded } from "./howItEnded.ts"
import type { Planned } from "./Mix.ts"

type AnyFuture = Future.Future<unknown, unknown>

/** How a task stands, or how it has ended. */
interface Look {
  readonly ending: string
  readonly state: Future.State
  readonly outcome: ReturnType<typeof outcomeOf> | undefined
}

/** A task of the storm and what was seen of it. */
export class Seen {
  readonly index: number
  readonly sort: Planned["sort"]
  readonly name: string
  readonly id: number
  /** How it had ended at each call of its callback. */
  readonly calls: Array<string> = []
  /** Whether somebody has asked for its end. */
  isStopped = false
  private seen: AnyFuture | Look

  constructor({ index, sort }: Planned, future: AnyFuture) {
    this.index = index
    this.sort = sort
    this.name = future.name
    this.id = future.id
    this.seen = future
  }

  get look(): Look {
    return Future.isFuture(this.seen) ? lookAt(this.seen) : this.seen
  }

  /** Undefined once it has been forgotten. */
  get future(): AnyFuture | undefined {
    return Future.isFuture(this.seen) ? this.seen : undefined
  }

  get isDone(): boolean {
    return !Future.isFuture(this.seen) || Future.isDone(this.seen)
  }

  /** Keeps of one that has ended only how: a garbage collection takes the longer the more is kept. */
  forget(): void {
    if (this.isDone) this.seen = this.look
  }
}

export const endingOf = (future: AnyFuture): string => lookAt(future).ending

const lookAt = (future: AnyFuture): Look => {
  const exit: Exit.Exit<unknown, unknown> | undefined = Option.getOrUndefined(Effect.runSync(Future.poll(future)))
  return {
    ending: exit === undefined ? "has not ended" : howItEnded(exit),
    state: future.state,
    outcome: exit === undefined ? undefined : outcomeOf(exit)
  }
}

import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { atOnce, eachEnd } from "../testing/explore/both.ts"
import * as Programs from "../testing/explore/effect.ts"
import { find, prove } from "../testing/explore/prove.ts"

const one = { maxPreemptions: 1 }
const two = { maxPreemptions: 2 }

describe("Semaphore, in every schedule within the bound", () => {
  it("no more are inside than there are permits", () => prove(Programs.semaphoreExcludes, two, ...atOnce))

  it("no permit is lost when one who waits for it or has it is interrupted", () =>
    prove(Programs.semaphoreInterrupted, two, ...atOnce, ...eachEnd("victim")))

  it("one who waits for many permits and is interrupted does not hold up those behind", () =>
    prove(Programs.semaphoreManyInterrupted, two, "modest was behind greedy"))

  it("a permit for a scope is back at its end", () =>
    prove(Programs.semaphoreScoped, two, ...atOnce, ...eachEnd("victim")))

  it("permits that are added wake whoever waits for them", () => prove(Programs.semaphoreResized, two, ...atOnce))
})

describe("Pool, in every schedule within the bound", () => {
  it("an item is in use once at a time", () => prove(Programs.poolExcludes, two, ...atOnce))

  it("two items are in use by two at a time", () => prove(Programs.poolOfTwo, two, ...atOnce))

  it("no item is lost when one who waits for it or has it is interrupted", async () => {
    await prove(Programs.poolInterrupted("get"), two, ...atOnce, ...eachEnd("victim"))
    await prove(Programs.poolInterrupted("use"), two, ...atOnce, ...eachEnd("victim"))
  })

  it("an invalid item is replaced for one who waits", () => prove(Programs.poolInvalidated, one, ...atOnce))

  it("its end wakes whoever waits, waits for whoever has an item, and releases all", () =>
    prove(Programs.poolClosed, two, ...atOnce))

  it("there are never more items than it may have", () => prove(Programs.poolBounded, one, ...atOnce))
})

// A borrower that finds the pool too small makes it grow, unless that is being done: `getSlowWith` (Pool.ts) forks `resize` only if
// the permit of `resizeSemaphore` is free. But `resizeLoop` looks for the last time how many items are wanted, or
// for a pool of a fixed size does not look again at all, some steps before it gives the permit back. For a borrower that
// comes in between nobody makes an item, and nobody wakes it.
describe("Effect 4.1.0: a Pool forgets a borrower that comes when it has just seen to the others", () => {
  it("one waits for ever after the first item could not be made", async () => {
    const [failure] = await find(Programs.poolFailure, one)
    assert.include(String(failure!.cause), "whether it got one, or heard that there is none")
  })

  it("one waits for ever for an item that the pool might make", async () => {
    const [failure] = await find(Programs.poolGrows, one)
    assert.include(String(failure!.cause), "whether it got another one")
  })

  it("one waits for ever for an item in place of one whose time was over", async () => {
    const [failure] = await find(Programs.poolTimeToLive, one)
    assert.include(String(failure!.cause), "whether it got one")
  })

  it("this can be had without Interleave too", async () => {
    assert.isTrue(await happens(Programs.strandsAfterFailure))
    assert.isTrue(await happens(Programs.strandsWhileGrowing))
  })
})

// `invalidatePoolItem` (Pool.ts) takes an item out of the books, and in a later step runs its finalizer. `Pool.invalidate` makes
// that uninterruptible, and the strategies of `makeWithTTL` do not: when the pool closes it interrupts their fiber, and an item
// that is in neither place by then is never released.
describe("Effect 4.1.0: a Pool that closes just when an item expires never releases it", () => {
  it("the item is left when the scope is closed", async () => {
    const [failure] = await find(Programs.poolClosesAsItemExpires, one)
    assert.include(String(failure!.cause), "items that are left when its scope is closed: expected 0, got 1")
  })

  it("this can be had without Interleave too", async () => {
    assert.isTrue(await happens((count) => Effect.map(Programs.leaksAsItemsExpire(count), (left) => left > 0)))
  })
})

/** Whether it is so for some number of steps about that after which a fiber gives way. */
const happens = async (program: (count: number) => Effect.Effect<boolean>): Promise<boolean> => {
  for (let count = 1980; count < 2048; count++) if (await Effect.runPromise(program(count))) return true
  return false
}

describe("Queue, in every schedule within the bound", () => {
  for (const capacity of [0, 1]) {
    it(`with room for ${capacity} each item is taken exactly once`, () =>
      prove(Programs.queueOnce(capacity), two, ...atOnce))

    it(`with room for ${capacity} no item is lost when one who takes is interrupted`, () =>
      prove(Programs.queueTakeInterrupted(capacity), two, ...eachEnd("taker")))

    it(`with room for ${capacity} a shutdown wakes whoever takes or offers`, () =>
      prove(Programs.queueShutdown(capacity), two, ...atOnce))
  }

  it("one of two who take is interrupted, and the other one gets the item", () =>
    prove(Programs.queueOtherTaker, two, ...atOnce, ...eachEnd("victim")))

  it("an item is there once or not at all when one who offers is interrupted", () =>
    prove(Programs.queueOfferInterrupted, two, ...atOnce, ...eachEnd("producer")))

  it("all that was offered before the end is taken before it", () => prove(Programs.queueEnd, two, ...atOnce))

  it("what was accepted is taken, whenever another one ends it", () =>
    prove(Programs.queueEndAgainstOffer, two, ...atOnce))

  it("batches get what they wait for", () => prove(Programs.queueBatches, two, ...atOnce))
})

describe("FiberSet, in every schedule within the bound", () => {
  it("it is empty when all have ended", () => prove(Programs.fiberSetAwaitEmpty, two, "it was not empty yet"))

  it("who joins it hears of a failure", () => prove(Programs.fiberSetJoin, two, ...atOnce))

  it("all have ended when it is cleared", () => prove(Programs.fiberSetClear, two, "one was inside"))

  it("a fiber that is added while it closes is interrupted", () => prove(Programs.fiberSetCloses, two, ...atOnce))
})

describe("Deferred, Latch, PubSub and SubscriptionRef, in every schedule within the bound", () => {
  it("a Deferred is settled once", () => prove(Programs.deferredOnce, two, ...atOnce))

  it("one of two who wait for a Deferred is interrupted, and the other one is woken", () =>
    prove(Programs.deferredInterrupted, two, ...atOnce, ...eachEnd("victim")))

  it("one of two who wait for a Latch is interrupted, and the other one is woken", () =>
    prove(Programs.latchOpens, two, ...atOnce, ...eachEnd("victim")))

  it("a Latch that is closed again at once has let those go who waited", () =>
    prove(Programs.latchClosesAgain, two, "it was closed before the waiter went on"))

  it("what is published reaches all who are subscribed, in order", () =>
    prove(Programs.pubSubReachesAll, two, ...atOnce))

  it("a subscriber that leaves holds up nobody", () => prove(Programs.pubSubLeaves, two, ...atOnce))

  it("no update of a SubscriptionRef is lost", () => prove(Programs.subscriptionRefUpdates, two, ...atOnce))
})

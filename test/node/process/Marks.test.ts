import { assert, describe, it } from "vitest"
import { Marks, slots } from "../../../src/internal/node/process/Marks.ts"
import { ProcessCalls } from "../../../src/internal/node/process/ProcessCalls.ts"
import { Slots } from "../../../src/internal/node/process/Slots.ts"
import { makeCall } from "./support/processes.ts"

/** Marks between whose steps something happens. */
class Interrupted extends Marks {
  beforeTake: () => void = () => {}
  betweenSteps: () => void = () => {}
  private isTaking = false

  override take(slot: number, token: number): boolean {
    this.beforeTake()
    this.isTaking = true
    const taken = super.take(slot, token)
    this.isTaking = false
    return taken
  }

  override hasBegun(slot: number, token: number): boolean {
    if (this.isTaking) this.betweenSteps()
    return super.hasBegun(slot, token)
  }
}

const withMarks = (test: (marks: Interrupted) => void) => () => {
  const marks = new Interrupted(Marks.create()!.fd)
  try {
    test(marks)
  } finally {
    marks.close()
  }
}

describe("who has a call", () => {
  it(
    "the worker, if it began first",
    withMarks((marks) => {
      assert.isTrue(marks.begin(3, 1))
      assert.isFalse(marks.take(3, 1))
    })
  )

  it(
    "the parent, if it took it first",
    withMarks((marks) => {
      assert.isTrue(marks.take(3, 1))
      assert.isFalse(marks.begin(3, 1))
    })
  )

  it(
    "neither, if both came at once: the worker skips it, and the parent waits for it to say so",
    withMarks((marks) => {
      let runs: boolean | undefined
      marks.betweenSteps = () => {
        runs = marks.begin(3, 1)
      }
      assert.isFalse(marks.take(3, 1))
      assert.isFalse(runs)
    })
  )

  it(
    "a place that is used again begins anew, as often as it likes",
    withMarks((marks) => {
      const places = new Slots(marks)
      for (let i = 0; i < 600; i++) {
        const { slot, token } = places.acquire()
        assert.isFalse(places.hasBegun(slot))
        if (i % 3 === 0) {
          assert.isTrue(places.take(slot))
          assert.isFalse(marks.begin(slot, token))
        } else assert.isTrue(marks.begin(slot, token))
        assert.isTrue(places.hasBegun(slot))
        places.release(slot)
      }
    })
  )

  it(
    "there are as many places as it says, each for one call",
    withMarks((marks) => {
      const places = new Slots(marks)
      const taken = new Set<number>()
      while (places.hasRoom) taken.add(places.acquire().slot)
      assert.strictEqual(taken.size, slots)
    })
  )
})

describe("the books of a worker process", () => {
  it(
    "a call that the worker passed over though nobody has it goes out again, before the others",
    withMarks((marks) => {
      const books = new ProcessCalls(marks, 1)
      const call = makeCall("add", 1, 1)
      books.add(call)
      const frames: Array<Buffer> = []
      books.toSend(frames)
      const entry = books.find(call)!
      let runs: boolean | undefined
      marks.betweenSteps = () => {
        runs = marks.begin(entry.slot, frames[0]![2]!)
      }
      assert.isFalse(books.takeBack(entry))
      assert.isFalse(runs)
      marks.betweenSteps = () => {}
      books.sendAgain(entry)
      assert.isTrue(books.hasWaiting)
      books.toSend(frames)
      assert.strictEqual(frames.length, 2)
      assert.isFalse(books.hasBegun(entry))
      assert.isTrue(marks.begin(entry.slot, frames[1]![2]!))
    })
  )
})

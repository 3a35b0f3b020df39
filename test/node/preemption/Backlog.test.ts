import { assert, describe, it } from "vitest"
import { Backlog } from "../../../src/internal/node/preemption/Backlog.ts"

const added = async (...jobs: ReadonlyArray<() => void>): Promise<void> => {
  const backlog = new Backlog()
  for (const job of jobs) backlog.add(job)
  await Promise.resolve()
}

describe("what is put aside", () => {
  it("is not done at once", () => {
    const backlog = new Backlog()
    backlog.add(() => assert.fail())
  })

  it("is done in order, with what is added meanwhile", async () => {
    const done: Array<number> = []
    const backlog = new Backlog()
    backlog.add(() => {
      backlog.add(() => done.push(3))
      done.push(1)
    })
    backlog.add(() => done.push(2))
    await Promise.resolve()
    assert.deepStrictEqual(done, [1, 2, 3])
  })

  it("goes on after a job that throws", async () => {
    const done: Array<number> = []
    await added(
      () => done.push(1),
      () => {
        throw new Error("thrown")
      },
      () => done.push(2)
    )
    assert.deepStrictEqual(done, [1, 2])
  })

  it("is done again after it has been empty, also if the last job has thrown", async () => {
    const done: Array<number> = []
    const backlog = new Backlog()
    backlog.add(() => {
      throw new Error("thrown")
    })
    await Promise.resolve()
    backlog.add(() => done.push(1))
    await Promise.resolve()
    assert.deepStrictEqual(done, [1])
  })
})

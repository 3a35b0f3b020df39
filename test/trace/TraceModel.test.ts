import { assert, describe, it } from "@effect/vitest"
import { columnOf } from "../../src/internal/trace/NumberColumn.ts"
import { packModel, type TraceModel, unpackModel } from "../../src/internal/trace/TraceModel.ts"

const model: TraceModel = {
  title: "a program",
  isSchedule: false,
  startedAt: 1_700_000_000_000_000,
  duration: 2 ** 40,
  groups: ["pages"],
  lanes: [{ name: "worker 1", group: 0, isWaiting: false }],
  names: ["render", "store"],
  details: [{ error: "Refused" }],
  notes: ["recorded 3 tasks, 0 rows lost"],
  slices: {
    lane: columnOf([0, 0, 0]),
    start: columnOf([0, 70_000, 2 ** 33]),
    duration: columnOf([255, 256, 2 ** 32]),
    name: columnOf([0, 1, 0]),
    depth: columnOf([0, 0, 0]),
    task: columnOf([1, 2, 2 ** 32 - 1]),
    outcome: columnOf([1, 2, 1]),
    waited: columnOf([0, 65_535, 65_536]),
    details: columnOf([0, 1, 0])
  },
  arrows: { from: columnOf([]), to: columnOf([]) },
  counters: [{ name: "tasks waiting", group: 0, times: columnOf([0, 1]), values: columnOf([3, 0]) }]
}

describe("TraceModel", () => {
  it("is the same after it was packed into a page, whatever its numbers are", () => {
    const { bytes, texts } = packModel(model)
    assert.deepStrictEqual(unpackModel(JSON.parse(JSON.stringify(texts)), bytes.buffer), model)
  })

  it("takes no more bytes for a number than the greatest of its column needs", () => {
    const widths = [255, 256, 65_536, 2 ** 32].map((most) => columnOf([0, most]).BYTES_PER_ELEMENT)
    assert.deepStrictEqual(widths, [1, 2, 4, 8])
  })
})

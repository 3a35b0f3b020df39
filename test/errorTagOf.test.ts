import { Exit } from "effect"
import { assert, describe, it } from "vitest"
import { errorTagOf } from "../src/internal/executor/events/errorTagOf.ts"

class Refused extends Error {}
class Tagged extends Error {
  readonly _tag = "NoRoom"
}
class NoError {
  readonly reason = "full"
}

describe("the word for the error of a task", () => {
  const cases: ReadonlyArray<readonly [error: unknown, expected: string]> = [
    [new Tagged(), "NoRoom"],
    [new TypeError(), "TypeError"],
    [new Refused(), "Refused"],
    [new Error("no"), "Error"],
    [Object.assign(new Error("no"), { name: "AbortError" }), "AbortError"],
    [new NoError(), "NoError"],
    [{ code: 5 }, "object"],
    [Object.create(null), "object"],
    ["no", "string"]
  ]
  for (const [error, expected] of cases) {
    it(`is ${expected} for ${typeof error === "string" ? error : Object.prototype.toString.call(error)}`, () => {
      assert.strictEqual(errorTagOf(Exit.fail(error)), expected)
      assert.strictEqual(errorTagOf(Exit.die(error)), expected)
    })
  }
})

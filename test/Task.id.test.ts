import { assert, describe, it } from "@effect/vitest"
import { InvalidOptionsError, Task } from "effect-futures"

describe("Task.module with an id", () => {
  it("takes names that a table and a command line can show", () => {
    for (const id of ["images", "app.images-v2", "a_b"]) Task.module(import.meta.url, { f: () => 1 }, { id })
  })

  it("throws an InvalidOptionsError for any other", () => {
    for (const id of ["", "a b", "a/b", 'a"b', 5, null]) {
      const make = () => Task.module(import.meta.url, { f: () => 1 }, { id: id as string })
      assert.throws(make, InvalidOptionsError, "a name of letters")
    }
  })
})

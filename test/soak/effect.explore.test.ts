import { describe, it } from "vitest"
import * as Programs from "../testing/explore/effect.ts"
import { prove } from "../testing/explore/prove.ts"

describe("Pool, in every schedule within the bound", () => {
  it("two items are in use by two at a time", () => prove(Programs.poolOfTwo, { maxPreemptions: 2 }))
})

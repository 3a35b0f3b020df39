import { describe, it } from "vitest"
import { atOnce } from "../testing/explore/both.ts"
import * as Programs from "../testing/explore/effect.ts"
import { prove } from "../testing/explore/prove.ts"

describe("Pool, in every schedule within the bound", () => {
  it("two items are in use by two at a time", () => prove(Programs.poolOfTwo, { maxPreemptions: 2 }, ...atOnce))
})

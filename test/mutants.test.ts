import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { mutants } from "../scripts/mutants/mutants.ts"

const root = path.resolve(import.meta.dirname, "..")

// The mutants themselves take minutes: `npm run test:mutants`.
describe("the mutants", () => {
  it("change code that is there, once", () => {
    const stale = mutants.filter(({ file, text }) => {
      const place = path.join(root, file)
      return !fs.existsSync(place) || fs.readFileSync(place, "utf8").split(text).length !== 2
    })
    assert.deepStrictEqual(
      stale.map(({ file, text }) => `${file}: ${text}`),
      []
    )
  })

  it("are judged by tests that exist", () => {
    const missing = mutants.flatMap(({ tests }) => tests).filter((test) => !fs.existsSync(path.join(root, test)))
    assert.deepStrictEqual(Array.from(new Set(missing)), [])
  })
})

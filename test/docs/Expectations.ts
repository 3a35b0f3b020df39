import * as Equal from "effect/Equal"
import { format, inspect, isDeepStrictEqual } from "node:util"
import type { Assertion } from "./assertions.ts"

type Expected = (() => unknown) | undefined

/**
 * The functions that a block's `// => value` comments call while it runs.
 *
 * A mismatch does not throw: inside an Effect it would become a failure that the
 * block may catch.
 */
export class Expectations {
  readonly #assertions: ReadonlyArray<Assertion>
  readonly #reached = new Set<number>()
  readonly #mismatches: Array<{ readonly id: number; readonly message: string }> = []

  constructor(assertions: ReadonlyArray<Assertion>) {
    this.#assertions = assertions
  }

  /** `value // => expected`: equal in structure, or printed as that text. */
  equal<A>(id: number, expected: Expected, value: A): A {
    this.#check(id, equals(value, expected) || sameText(inspect(value), this.#text(id)), () => inspect(value))
    return value
  }

  /** `console.log(values) // => text`: prints that text, or a value of that structure. */
  printed(id: number, method: "log", expected: Expected, ...values: ReadonlyArray<unknown>): void {
    console[method](...values)
    const line = format(...values)
    const structural = values.length === 1 && typeof values[0] !== "string" && equals(values[0], expected)
    this.#check(id, structural || sameText(line, this.#text(id)), () => line)
  }

  /** The mismatches, and the assertions that the block never came to. */
  problems(): ReadonlyArray<{ readonly line: number; readonly message: string }> {
    return [
      ...this.#mismatches.map(({ id, message }) => ({ line: this.#assertions[id]!.line, message })),
      ...this.#assertions
        .filter((_, id) => !this.#reached.has(id))
        .map(({ expected, line }) => ({ line, message: `never ran, so nothing shows that it is ${expected}` }))
    ]
  }

  #text(id: number): string {
    return this.#assertions[id]!.expected
  }

  #check(id: number, ok: boolean, actual: () => string): void {
    this.#reached.add(id)
    if (!ok) {
      this.#mismatches.push({ id, message: `says ${this.#text(id)}, but it is ${actual()}` })
    }
  }
}

const equals = (value: unknown, expected: Expected): boolean => {
  let other: unknown
  try {
    if (expected === undefined) {
      return false
    }
    other = expected()
  } catch {
    // Text that happens to be an expression, such as Success(3), with names that the block does not have.
    return false
  }
  return isDeepStrictEqual(value, other) || Equal.equals(value, other)
}

const sameText = (a: string, b: string): boolean => a.replace(/\s+/g, " ").trim() === b.replace(/\s+/g, " ").trim()

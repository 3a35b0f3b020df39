import type { History } from "./History.ts"

/** No order of the calls explains their results. */
export class NotLinearizableError extends Error {
  override readonly name = "NotLinearizableError"
  /** The calls and their results, in their order. */
  readonly history: ReadonlyArray<string>
  /** How many calls it has. */
  readonly calls: number

  constructor(history: History) {
    const lines = history.describe()
    super(
      `No order of these calls, one after the other, gives the same results:\n${lines.map((line) => `  ${line}`).join("\n")}`
    )
    this.history = lines
    this.calls = history.events.length
  }
}

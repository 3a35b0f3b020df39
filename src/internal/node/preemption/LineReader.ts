/** How long a line may be. A stack of a thousand frames takes less than a tenth of it. */
const longest = 4_000_000

/** Cuts a text that arrives in parts into lines. */
export class LineReader {
  private rest = ""
  private readonly onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine
  }

  /** Throws if a line is too long. Text that has been looked at is not copied again, because a line may arrive in many parts. */
  push(text: string): void {
    let from = 0
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", from)) {
      const line = this.rest + text.slice(from, end)
      this.rest = ""
      from = end + 1
      this.onLine(line)
    }
    this.rest += text.slice(from)
    if (this.rest.length > longest) throw new Error("The line is too long")
  }
}

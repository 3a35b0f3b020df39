/** How long a line may be. A stack of a thousand frames takes less than a tenth of it. */
const longest = 4_000_000

/** Cuts a text that arrives in parts into lines. */
export class LineReader {
  private rest = ""
  private readonly onLine: (line: string) => void

  constructor(onLine: (line: string) => void) {
    this.onLine = onLine
  }

  /** Throws if a line is too long. */
  push(text: string): void {
    const lines = (this.rest + text).split("\n")
    this.rest = lines.pop()!
    if (this.rest.length > longest) throw new Error("The line is too long")
    for (const line of lines) this.onLine(line)
  }
}

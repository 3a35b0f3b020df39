/** The end of a worker's output, for the message about its death. */
export class OutputTail {
  private text = ""
  private readonly limit: number

  constructor(limit = 2048) {
    this.limit = limit
  }

  add(chunk: string): void {
    this.text = (this.text + chunk).slice(-this.limit)
  }

  toString(): string {
    return this.text
  }
}

/** A column of a table: its heading and its contents. */
export interface Column<Row> {
  readonly title: string
  readonly text: (row: Row) => string
  /** The least width in a narrow terminal. */
  readonly least: number
}

/** The rows as lines of text that fit into the terminal. */
export const tableOf = <Row>(
  rows: ReadonlyArray<Row>,
  columns: ReadonlyArray<Column<Row>>,
  width: number
): ReadonlyArray<string> => {
  const cells = rows.map((row) => columns.map(({ text }) => inTerminal(text(row))))
  const texts = [columns.map(({ title }) => title), ...cells]
  const widths = columns.map((_, i) => Math.max(...texts.map((line) => line[i]!.length)))
  const gaps = 2 * (columns.length - 1)
  // The widest column shrinks first, down to its least width.
  for (let over = widths.reduce((sum, each) => sum + each, gaps) - width; over > 0; over--) {
    const spare = widths.map((each, i) => each - Math.min(each, columns[i]!.least))
    const widest = spare.indexOf(Math.max(...spare))
    if (spare[widest] === 0) break
    widths[widest]!--
  }
  return texts.map((line) =>
    line
      .map((text, i) => shortened(text, widths[i]!).padEnd(widths[i]!))
      .join("  ")
      .trimEnd()
  )
}

/** Control characters as escapes. Keys and names come from anywhere, and must not move the cursor, or forge a line. */
export const inTerminal = (text: string): string =>
  text.replaceAll(controls, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`)

// With the ends of lines and the changes of direction of Unicode.
const controls = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu

const shortened = (text: string, width: number): string =>
  text.length <= width ? text : width < 2 ? text.slice(0, width) : `${text.slice(0, width - 1)}…`

export type Row = ReadonlyArray<string>

/** Columns of equal width. `alignment` has a letter for each: `l` for left, `r` for right. */
export const table = (alignment: string, rows: ReadonlyArray<Row>): ReadonlyArray<string> => {
  const widths = Array.from(alignment, (_, column) => Math.max(0, ...rows.map((row) => (row[column] ?? "").length)))
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0
        return alignment[column] === "r" ? cell.padStart(width) : cell.padEnd(width)
      })
      .join("  ")
      .trimEnd()
  )
}

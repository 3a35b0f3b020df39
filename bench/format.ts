/** Three digits count, the rest is noise. */
export const number = (value: number): string => {
  const rounded = Number(value.toPrecision(3))
  return Math.abs(rounded) >= 1000
    ? rounded.toLocaleString("en-US")
    : rounded.toLocaleString("en-US", { maximumFractionDigits: 2 })
}

export const count = (value: number): string => value.toLocaleString("en-US")

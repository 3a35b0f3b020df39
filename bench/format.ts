/** Three digits count, the rest is noise. */
export const number = (value: number): string => value.toLocaleString("en-US", { maximumSignificantDigits: 3 })

export const count = (value: number): string => value.toLocaleString("en-US")

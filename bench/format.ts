/** Three digits are significant, and the others are noise. */
export const number = (value: number): string => value.toLocaleString("en-US", { maximumSignificantDigits: 3 })

export const count = (value: number): string => value.toLocaleString("en-US")

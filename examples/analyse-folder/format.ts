/** Numbers and names as people read them. */
import { ByteSize } from "effect"

const grouped = new Intl.NumberFormat("en-US")

export const inNumbers = (n: number): string => grouped.format(n)

export const inBytes = (n: number): string =>
  ByteSize.format(ByteSize.bytes(Math.round(n)), { system: "decimal", precision: 1, trailingZeros: n >= 1000 })

export const inPercent = (part: number, whole: number): string =>
  whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`

export const inTime = (millis: number): string => {
  if (millis < 1000) return `${Math.round(millis)} ms`
  if (millis < 59_950) return `${(millis / 1000).toFixed(1)} s`
  const seconds = Math.round(millis / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`
}

export const inCount = (n: number, one: string, many = `${one}s`): string => `${inNumbers(n)} ${n === 1 ? one : many}`

/** Names come from a disk, where anything may be in them: what would steer a terminal is replaced. */
export const printable = (name: string): string => name.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\u{FFFD}")

/** The end of a name says more than its beginning. */
export const shortened = (name: string, length: number): string => {
  const characters = Array.from(name)
  return characters.length <= length ? name : `…${characters.slice(1 - length).join("")}`
}

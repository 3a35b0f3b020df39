import { Duration, Option } from "effect"

/** Effect's own notation (`"200 millis"`) and the short one of the command line (`"200ms"`). */
const units = {
  ms: "millis",
  milli: "millis",
  millis: "millis",
  s: "seconds",
  second: "seconds",
  seconds: "seconds",
  m: "minutes",
  min: "minutes",
  minute: "minutes",
  minutes: "minutes",
  h: "hours",
  hour: "hours",
  hours: "hours"
} as const

const isUnit = (text: string): text is keyof typeof units => Object.hasOwn(units, text)

/** A duration of more than zero. */
export const parseDuration = (text: string): Option.Option<Duration.Duration> => {
  const [, amount = "", unit = ""] = /^\s*(\d+(?:\.\d+)?)\s*([a-z]+)\s*$/.exec(text) ?? []
  if (!isUnit(unit)) return Option.none()
  return Duration.fromInput(`${Number(amount)} ${units[unit]}`).pipe(Option.filter(Duration.isPositive))
}

// A file of its own, because the loop of a worker needs this, and is bundled with all that its files import.

/** A step of a path to a value: a property, an index, or a function that makes its text when it is needed. */
export type Step = string | number | (() => string)

/** The path as JavaScript would write it. A long one is shortened in the middle. */
export const pathText = (path: ReadonlyArray<Step>): string =>
  path.length <= 16
    ? path.map(stepText).join("")
    : `${path.slice(0, 8).map(stepText).join("")}...${path.slice(-4).map(stepText).join("")}`

const stepText = (step: Step): string => {
  if (typeof step === "number") return `[${step}]`
  if (typeof step === "function") return step()
  const key = step.length > 60 ? `${step.slice(0, 60)}...` : step
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`
}

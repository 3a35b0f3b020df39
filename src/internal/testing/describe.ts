import * as Duration from "effect/Duration"
import type { Entry, FiberState } from "./FiberState.ts"
import { showSite, sourceLine } from "./sourceText.ts"
import type { Site } from "./yieldSites.ts"
import { givenName, type RecordedStep } from "./TraceRecorder.ts"
import type { TraceStep } from "../TraceStep.ts"

/** The names of fibers in one trace, each of one fiber only. */
export const namer = (): ((state: FiberState) => string) => {
  const names = new Map<FiberState, string>()
  const taken = new Set<string>()
  return (state) => {
    const known = names.get(state)
    if (known !== undefined) return known
    const own = state.ordinal === 0 ? "main" : (state.span ?? `fiber ${state.ordinal}`)
    const given = (state.fiber && givenName(state.fiber)) ?? own
    const name = taken.has(given) ? `${given} #${state.ordinal}` : given
    names.set(state, name)
    taken.add(name)
    return name
  }
}

export const traceOf = (steps: ReadonlyArray<RecordedStep>, nameOf: (state: FiberState) => string): Array<TraceStep> =>
  steps.map(({ isChosen, isNested, kinds, millis, reason, site, state }) => ({
    fiber: nameOf(state),
    what: (site === undefined ? undefined : sourceLine(site)) ?? showKinds(kinds),
    where: whereOf(site, state.origin),
    millis,
    because: isNested ? "woken by the step before" : reason === undefined ? undefined : becauses[reason],
    isDeviation: isChosen
  }))

/** A fiber that has not reached a line of the program is shown with the place where it was forked. */
const whereOf = (site: Site | undefined, origin: Site | undefined): string | undefined => {
  if (site !== undefined) return showSite(site)
  return origin === undefined ? undefined : `forked at ${showSite(origin)}`
}

/** Effect's steps before the program's own code say nothing. */
const showKinds = (kinds: ReadonlyArray<string>): string => {
  const own = kinds.filter((kind) => !beginning.has(kind) && !kind.includes("fromIteratorUnsafe"))
  return own.length === 0 ? "begins" : Array.from(new Set(own)).join(", ")
}

const beginning = new Set(["Suspend", "WithFiber", "Iterator", "OnSuccess"])

const becauses: Readonly<Record<Entry["reason"], string>> = {
  forked: "begins",
  preempted: "goes on",
  yielded: "goes on after giving way",
  timer: "its time has come"
}

/** A fiber such as "fiber 3 (forked at src/a.ts:12)", with what it waits for. */
export const showWaiting = (state: FiberState, name: string, millis: number): string => {
  const origin = state.origin === undefined ? "" : `, forked at ${showSite(state.origin)}`
  const line = state.site === undefined ? undefined : sourceLine(state.site)
  const at =
    state.site === undefined ? ` in ${state.doing ?? "its first step"}` : ` at ${showSite(state.site)}: ${line ?? ""}`
  const turn = state.waitsFor === undefined ? "" : `, for ${state.waitsFor}`
  return `${name} has waited for ${showMillis(millis - state.since)}${turn}${at}${origin}`
}

export const showMillis = (millis: number): string => (millis === 0 ? "0ms" : Duration.format(Duration.millis(millis)))

/**
 * A table with a line for each step, after `skipped` others. A long one is reduced to its end and the lines around each chosen step
 * (`chosen` counts steps from 0), to even fewer if the cause takes many lines.
 */
export const renderTrace = (
  steps: ReadonlyArray<TraceStep>,
  skipped: number,
  chosen: ReadonlySet<number> = new Set(),
  causeLines = 1
): string => {
  const all = numbered(steps, skipped, chosen)
  const isShown = selected(all, mostLines - Math.max(0, causeLines - fewLines))
  const shown = all.filter((_, index) => isShown(index))
  const fiberWidth = widest(shown.map(({ step }) => step.fiber))
  const whatWidth = Math.min(mostWidth, widest(shown.map(({ step }) => step.what)))
  const numberWidth = widest(shown.map(({ number }) => number))
  const hasTime = steps.some((step) => step.millis > 0)
  const timeWidth = widest(shown.map(({ step }) => showMillis(step.millis)))
  const lines: Array<string> = []
  let last: string | undefined
  let left = skipped
  all.forEach(({ count, number, step, times }, index) => {
    if (!isShown(index)) return void (left += count)
    if (left > 0)
      lines.push(`  (${left} ${left === 1 ? "step" : "steps"} ${lines.length === 0 ? "before these" : "left out"})`)
    left = 0
    const time = hasTime ? `${showMillis(step.millis).padStart(timeWidth)}  ` : ""
    // The fiber is named where it changes.
    const fiber = (step.fiber === last ? "" : step.fiber).padEnd(fiberWidth)
    last = step.fiber
    const again = times === 1 ? "" : `  (${times} times)`
    const what = `${cut(step.what).padEnd(whatWidth)}  ${step.where ?? ""}`.trimEnd()
    lines.push(`  ${number.padStart(numberWidth)}  ${time}${fiber}  ${what}${again}`.trimEnd())
  })
  return lines.join("\n")
}

// So many lines and the rest of a message fit on a screen of sixty lines.
const mostLines = 36
// With a cause of so few lines there is room for all of these.
const fewLines = 6
const mostWidth = 64
const around = 2

const cut = (text: string): string => (text.length > mostWidth ? `${text.slice(0, mostWidth - 1)}…` : text)

/** The lines that are shown: all, or the last ones and those around chosen steps, later ones first. */
const selected = (lines: ReadonlyArray<{ readonly isChosen: boolean }>, most: number): ((index: number) => boolean) => {
  if (lines.length <= most) return () => true
  const shown = new Set<number>()
  const show = (from: number, to: number) => {
    for (let at = Math.max(0, from); at < Math.min(lines.length, to); at++) if (shown.size < most) shown.add(at)
  }
  const hasChosen = lines.some(({ isChosen }) => isChosen)
  show(lines.length - (hasChosen ? 8 : most), lines.length)
  for (let at = lines.length - 1; at >= 0; at--) if (lines[at]!.isChosen) show(at - around, at + around + 1)
  show(lines.length - most, lines.length)
  return (index) => shown.has(index)
}

const widest = (texts: ReadonlyArray<string>): number => Math.max(0, ...texts.map((text) => text.length))

interface Line {
  readonly number: string
  readonly step: TraceStep
  times: number
  count: number
  isChosen: boolean
}

/** Repeated steps take one line. */
const numbered = (steps: ReadonlyArray<TraceStep>, skipped: number, chosen: ReadonlySet<number>): Array<Line> => {
  const lines: Array<Line> = []
  steps.forEach((step, index) => {
    const last = lines.at(-1)
    const isChosen = chosen.has(index)
    if (last !== undefined && isSame(last.step, step)) {
      last.times++
      last.count++
      last.isChosen ||= isChosen
    } else lines.push({ number: String(skipped + index + 1), step, times: 1, count: 1, isChosen })
  })
  return lines
}

const isSame = (one: TraceStep, other: TraceStep): boolean =>
  one.fiber === other.fiber && one.what === other.what && one.where === other.where && one.millis === other.millis

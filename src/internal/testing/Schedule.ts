/** A choice that is not the first candidate. */
export interface Divergence {
  /** The number of the choice, counted from 0. */
  readonly at: number
  /** The number of the candidate, counted from 0. */
  readonly pick: number
  /** The anchor of the choice, which stays valid if other choices are added or removed. A choice that was read from text has none. */
  readonly anchor?: Anchor | undefined
}

/** The place of a choice by the fiber's step instead of the number of earlier choices. */
export interface Anchor {
  /** The name of the fiber that would have gone on, and how many steps it had done. */
  readonly fiber: number
  readonly steps: number
  /** The name of the chosen fiber. */
  readonly chosen: number
}

/**
 * A schedule consists of the choices that are not the usual ones. A deterministic program does the same again with it: `strategies/replay.ts`
 * makes these choices.
 */
interface Schedule {
  readonly divergences: ReadonlyArray<Divergence>
  /** A fingerprint of all choices and their candidates, which distinguishes runs that took another path. */
  readonly fingerprint: number | undefined
  /** Whether it is a schedule of strategy "unbounded", whose choices are of another kind. */
  readonly isPlain: boolean
}

/** A text that is short enough to paste: for each divergence, the distance from the one before, and the candidate. */
export const formatSchedule = ({ divergences, fingerprint, isPlain }: Schedule): string => {
  let last = 0
  const parts = divergences.map(({ at, pick }) => {
    const text = pick === 1 ? `${at - last}` : `${at - last}:${pick}`
    last = at
    return text
  })
  return `${isPlain ? "u" : ""}${parts.length === 0 ? "-" : parts.join(".")}${fingerprint === undefined ? "" : `~${fingerprint.toString(36)}`}`
}

/** `undefined` if the text is not a schedule. */
export const parseSchedule = (text: string): Schedule | undefined => {
  const match = /^(?<plain>u?)(?<choices>-|\d+(?::\d+)?(?:\.\d+(?::\d+)?)*)(?:~(?<fingerprint>[0-9a-z]+))?$/.exec(
    text.trim()
  )
  if (match?.groups === undefined) return undefined
  const { choices, fingerprint, plain } = match.groups
  let at = 0
  const divergences =
    choices === undefined || choices === "-"
      ? []
      : choices.split(".").map((part) => {
          const [distance, pick = "1"] = part.split(":")
          return { at: (at += Number(distance)), pick: Number(pick) }
        })
  return {
    divergences,
    fingerprint: fingerprint === undefined ? undefined : parseInt(fingerprint, 36),
    isPlain: plain === "u"
  }
}

/** A divergence is a choice that is not the first of those that there are. */
export interface Divergence {
  /** Which choice it is, counted from 0. */
  readonly at: number
  /** Which of the candidates, counted from 0. */
  readonly pick: number
  /** The anchor of the choice, which holds when other choices come or go; not known of a choice that was read from text. */
  readonly anchor?: Anchor | undefined
}

/** A choice by whose step it came before, and not by how many came before it. */
export interface Anchor {
  /** The name of the fiber that would have gone on, and how many steps it had done. */
  readonly fiber: number
  readonly steps: number
  /** The name of the one that was chosen. */
  readonly chosen: number
}

/** A schedule says who goes on where that is not the usual fiber: a program that depends on nothing else does the same again with it. */
export interface Schedule {
  readonly divergences: ReadonlyArray<Divergence>
  /** A fingerprint of the number of choices and what there was to choose from, which tells it from a run that took another way. */
  readonly fingerprint: number | undefined
  /** Whether it is one of the strategy "unbounded", whose choices are others. */
  readonly isPlain: boolean
}

/** Short enough to paste: the distance from the choice before, and which candidate, for each that is not the first. */
export const formatSchedule = ({ divergences, fingerprint, isPlain }: Schedule): string => {
  let last = 0
  const parts = divergences.map(({ at, pick }) => {
    const text = pick === 1 ? `${at - last}` : `${at - last}:${pick}`
    last = at
    return text
  })
  return `${isPlain ? "u" : ""}${parts.length === 0 ? "-" : parts.join(".")}${fingerprint === undefined ? "" : `~${fingerprint.toString(36)}`}`
}

/** `undefined` if it is none. */
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

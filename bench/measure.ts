import type { Contender } from "./contenders/Contender.ts"
import { number } from "./format.ts"
import type { Case, Measurement } from "./Measurement.ts"
import type { Job } from "./Job.ts"
import type { Subject } from "./subject.ts"

/** The result of a contender in a case. */
export interface Measured {
  readonly case: Case
  readonly contender: Contender
  readonly values: Array<number>
}

// Yardsticks need no more precision than this.
const referenceRounds = 3

/**
 * All rounds of a measurement, one at a time. The contenders take turns, so that load from outside falls on all alike.
 */
export const measure = async (
  measurement: Measurement,
  start: (job: Job) => Promise<Subject>,
  progress: (line: string) => void
): Promise<ReadonlyArray<Measured>> => {
  const measured = measurement.cases.flatMap((each) =>
    measurement.field.contenders
      .filter((contender) => takesPart(contender, each))
      .filter((contender) => contender.isReference !== true || measurement.isForCompetitors !== true)
      .map((contender): Measured => ({ case: each, contender, values: [] }))
  )
  for (let lap = 1; lap <= measurement.laps; lap++) {
    const name = measurement.laps === 1 ? measurement.id : `${measurement.id} ${lap}/${measurement.laps}`
    await withChildren(measurement, measured, start, async (childOf) => {
      if (measurement.warmUp !== undefined) {
        for (const subject of measured) await childOf(subject).warmUp()
        progress(`${name}: warmed up`)
      }
      const rounds = Math.max(...measurement.cases.map((each) => each.rounds))
      for (let round = 0; round < rounds; round++) {
        for (const each of measurement.cases) {
          const subjects = measured.filter((one) => one.case === each && round < roundsOf(one))
          if (subjects.length === 0) continue
          for (const one of subjects) one.values.push(await childOf(one).measure())
          const values = subjects.map((one) => `${one.contender.name} ${number(one.values.at(-1)!)}`)
          // A tenth of many rounds is enough for yardsticks.
          if ((round + 1) % Math.ceil(each.rounds / 10) !== 0) continue
          progress(`${name}: ${each.label}, round ${round + 1}/${each.rounds}: ${values.join(", ")}`)
        }
      }
    })
  }
  return measured
}

export const takesPart = (contender: Contender, { probe, size }: Case): boolean =>
  contender.probes[probe] !== undefined && size <= (contender.largest ?? Infinity)

const roundsOf = ({ contender, case: { probe, rounds } }: Measured): number =>
  Math.min(rounds, contender.rounds?.[probe] ?? (contender.isReference === true ? referenceRounds : Infinity))

const withChildren = async (
  { warmUp, roundMillis = 0 }: Measurement,
  measured: ReadonlyArray<Measured>,
  start: (job: Job) => Promise<Subject>,
  use: (childOf: (one: Measured) => Subject) => Promise<void>
): Promise<void> => {
  const children = new Map<Measured, Subject>()
  try {
    const starting = measured.map(async (one) => {
      const { probe, size } = one.case
      children.set(one, await start({ module: one.contender.module, probe, size, warmUp, roundMillis }))
    })
    await Promise.all(starting)
    await use((one) => children.get(one)!)
  } finally {
    await Promise.all(Array.from(children.values(), (child) => child.stop()))
  }
}

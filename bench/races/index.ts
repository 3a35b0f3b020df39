/**
 * SCTBench as programs of Effect, written from the descriptions of its programs (Thomson, Donaldson and Betts, Concurrency Testing
 * Using Controlled Schedulers: An Empirical Study, TOPC 2016).
 */
import type { Effect } from "effect"
import * as Chess from "./programs/chess.ts"
import * as Cs from "./programs/cs.ts"
import * as Others from "./programs/others.ts"

/** Medians of schedules to the first bug; `Infinity` where it was not found. */
export interface Published {
  readonly pos: number
  readonly pct: number
  readonly rff: number
  readonly period: number | undefined
}

export interface RaceProgram {
  readonly name: string
  readonly program: Effect.Effect<void>
  /** Figures from the artifact of Greybox Fuzzing for Concurrency Testing (RFF, ASPLOS 2024), of C programs of another grain. */
  readonly published?: Published
}

const published = (pos: number, pct: number, rff: number, period?: number): Published => ({ pos, pct, rff, period })

const none = Infinity

export const races: ReadonlyArray<RaceProgram> = [
  { name: "CS.account", program: Cs.account, published: published(1, 6, 1, 2) },
  { name: "CS.arithmetic_prog", program: Cs.arithmeticProgram },
  { name: "CS.bluetooth_driver", program: Cs.bluetoothDriver, published: published(42, 111, 45, 9) },
  { name: "CS.carter01", program: Cs.carter01, published: published(2, 4, 1, 5) },
  { name: "CS.circular_buffer", program: Cs.circularBuffer },
  { name: "CS.deadlock01", program: Cs.deadlock01, published: published(4, 16, 4, 3) },
  { name: "CS.din_phil3", program: Cs.philosophers(3) },
  { name: "CS.din_phil5", program: Cs.philosophers(5) },
  { name: "CS.din_phil7", program: Cs.philosophers(7) },
  { name: "CS.fsbench", program: Cs.fsbench },
  { name: "CS.lazy01", program: Cs.lazy01 },
  { name: "CS.phase01", program: Cs.phase01 },
  { name: "CS.queue", program: Cs.queue },
  { name: "CS.reorder_3", program: Cs.reorder(3), published: published(164, 124, 6, 6) },
  { name: "CS.reorder_4", program: Cs.reorder(4) },
  { name: "CS.reorder_5", program: Cs.reorder(5), published: published(4257, 954, 5, 12) },
  { name: "CS.reorder_10", program: Cs.reorder(10), published: published(none, 1568, 5, 27) },
  { name: "CS.reorder_20", program: Cs.reorder(20), published: published(none, 1304, 5, 39) },
  { name: "CS.stack", program: Cs.stack },
  { name: "CS.sync01", program: Cs.sync01 },
  { name: "CS.sync02", program: Cs.sync02 },
  { name: "CS.token_ring", program: Cs.tokenRing },
  { name: "CS.twostage", program: Cs.twostage(1, 1), published: published(9, 7, 6, 3) },
  { name: "CS.twostage_20", program: Cs.twostage(19, 1), published: published(162, 146, 18) },
  { name: "CS.twostage_100", program: Cs.twostage(99, 1), published: published(none, 3125, 25, 690) },
  { name: "CS.wronglock", program: Cs.wronglock(7), published: published(1, 49, 1, 10) },
  { name: "CS.wronglock_3", program: Cs.wronglock(3) },
  {
    name: "chess.WSQ",
    program: Chess.workStealingQueue({ isInterlocked: false, hasState: false }),
    published: published(9, 8, 8, 1661)
  },
  { name: "chess.SWSQ", program: Chess.workStealingQueue({ isInterlocked: false, hasState: true }) },
  { name: "chess.IWSQ", program: Chess.workStealingQueue({ isInterlocked: true, hasState: false }) },
  { name: "chess.IWSQWS", program: Chess.workStealingQueue({ isInterlocked: true, hasState: true }) },
  { name: "CB.aget", program: Others.aget },
  { name: "CB.pbzip2", program: Others.pbzip2 },
  { name: "CB.stringbuffer", program: Others.stringBuffer },
  { name: "inspect.bbuf", program: Others.bbuf },
  { name: "inspect.boundedBuffer", program: Others.boundedBuffer(2), published: published(4, 7, 5, 20) },
  { name: "inspect.qsort", program: Others.qsort },
  { name: "misc.ctrace", program: Others.ctrace },
  { name: "misc.safestack", program: Others.safestack, published: published(none, none, none) },
  { name: "parsec.ferret", program: Others.ferret },
  { name: "parsec.streamcluster", program: Others.streamcluster },
  { name: "radbench.bug1", program: Others.radbench1 },
  { name: "radbench.bug2", program: Others.radbench2 },
  { name: "radbench.bug6", program: Others.radbench6 },
  { name: "splash2.fft", program: Others.fft },
  { name: "splash2.lu", program: Others.lu },
  { name: "splash2.barnes", program: Others.barnes }
]

/** The programs that the default finds within 1,000 schedules: all but one that nobody finds, and one with a hundred fibers. */
export const small: ReadonlyArray<RaceProgram> = races.filter(
  ({ name }) => name !== "misc.safestack" && name !== "CS.twostage_100"
)

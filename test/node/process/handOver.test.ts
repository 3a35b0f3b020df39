import { join } from "node:path"
import { assert, describe, it } from "vitest"
import type { Call } from "../../../src/internal/remote/Call.ts"
import {
  deathOf,
  done,
  inFolder,
  linesOf,
  pushed,
  type TestCall,
  until,
  withWorker,
  pidOf
} from "./support/processes.ts"

const count = 60

/** How often each of the calls ran. */
const runsIn = (file: string): ReadonlyArray<number> => {
  const runs = Array.from({ length: count }, () => 0)
  for (const line of linesOf(file)) runs[Number(line)]!++
  return runs
}

const busyFor = (micros: number): void => {
  const end = performance.now() + micros / 1000
  while (performance.now() < end);
}

const checkAfterDeath = (
  calls: ReadonlyArray<TestCall>,
  unbegun: ReadonlyArray<Call>,
  back: ReadonlySet<TestCall>,
  file: string,
  concurrency: number
): void => {
  const runs = runsIn(file)
  const crashed = calls.filter((call) => call.ends[0]?._tag === "Crashed")
  assert.isAtMost(crashed.length, concurrency)
  for (const [i, call] of calls.entries()) {
    const fate = back.has(call) ? "back" : unbegun.includes(call) ? "unbegun" : call.ends[0]?._tag
    assert.strictEqual(call.ends.length, fate === "back" || fate === "unbegun" ? 0 : 1, `call ${i}: ${fate}`)
    if (fate === "Success") assert.strictEqual(runs[i], 1, `call ${i} ended`)
    else if (fate === "Crashed") assert.isAtMost(runs[i]!, 1, `call ${i} crashed`)
    else assert.strictEqual(runs[i], 0, `call ${i} came back`)
  }
  const order = unbegun.map((call) => calls.indexOf(call as TestCall))
  assert.deepStrictEqual(
    order,
    order.toSorted((a, b) => a - b)
  )
}

/** Kills the worker some time after a call has ended, while others are taken back. */
const killedAt = (after: number, micros: number, more: { concurrency?: number; claims?: boolean }) =>
  inFolder((folder) =>
    withWorker(async (worker) => {
      const file = join(folder, "runs")
      const death = deathOf(worker)
      const calls = Array.from({ length: count }, (_, i) => pushed(worker, "note", file, i))
      await calls[after]!.end
      const back = new Set(
        [after + 2, after + 5, count - 1].map((i) => calls[i]!).filter((call) => worker.revoke(call))
      )
      busyFor(micros)
      process.kill(pidOf(worker), "SIGKILL")
      checkAfterDeath(calls, await death, back, file, more.concurrency ?? 1)
    }, more)()
  )

describe("a worker process that is killed at any moment", () => {
  it.each([{}, { concurrency: 4 }, { claims: false }])(
    "loses no call, and runs none twice: %o",
    async (more) => {
      for (let round = 0; round < 3; round++) {
        await Promise.all([0, 1, 2].map((i) => killedAt(round * 3 + i, (round * 7 + i * 13) % 50, more)))
      }
    },
    30_000
  )
})

describe("calls that are taken back while the worker gets to them", () => {
  it(
    "either never run, or run once and end",
    () =>
      inFolder((folder) =>
        withWorker(async (worker) => {
          for (let round = 0; round < 20; round++) {
            const file = join(folder, String(round))
            const calls = Array.from({ length: count }, (_, i) => pushed(worker, "note", file, i))
            await calls[round % 20]!.end
            const back = new Set<TestCall>()
            for (let i = 0; i < count; i++) {
              if (worker.revoke(calls[i]!)) back.add(calls[i]!)
              busyFor((round * 3 + i) % 11)
            }
            await Promise.all(calls.map((call) => (back.has(call) ? undefined : call.end)))
            // All that was handed over before this has been passed.
            await done(worker, "add", 1, 1)
            const runs = runsIn(file)
            for (const [i, call] of calls.entries()) {
              assert.strictEqual(runs[i], back.has(call) ? 0 : 1)
              assert.strictEqual(call.ends.length, back.has(call) ? 0 : 1)
            }
          }
        })()
      ),
    30_000
  )

  it("may be given to another worker at once, and run once", () =>
    inFolder((folder) =>
      withWorker((first) =>
        withWorker(async (second) => {
          const file = join(folder, "runs")
          const calls = Array.from({ length: count }, (_, i) => pushed(first, "note", file, i))
          await calls[3]!.end
          for (const call of calls.toReversed()) if (first.revoke(call)) second.push(call)
          await Promise.all(calls.map((call) => call.end))
          await until(() => linesOf(file).length === count)
          assert.deepStrictEqual(
            runsIn(file),
            calls.map(() => 1)
          )
        })()
      )()
    ))
})

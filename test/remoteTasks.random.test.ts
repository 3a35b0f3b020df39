import { assert, describe, it, vi } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { TestClock } from "effect/testing"
import { Executor, Future } from "effect-futures"
import type { TaskFuture } from "../src/internal/executor/TaskFuture.ts"
import { letOthersRun } from "./behaviour/support.ts"
import { describeState, faultsAtRest, leftovers } from "./support/engineState.ts"
import { type FakeWorker, makeFakes } from "./support/FakeWorkers.ts"
import { Random } from "./support/Random.ts"

// Tasks, groups and workers that do what workers do in any order, and die whenever they like. After each step the counters are
// looked at; at the end every task has ended once, and nothing is left.

// Against hanging only.
vi.setConfig({ testTimeout: 180_000 })

const steps = 100

const scenario = (seed: number) =>
  Effect.gen(function* () {
    const random = new Random(seed)
    const maxWorkers = random.pick([1, 2, 3])
    const { engine, executor, workers } = yield* makeFakes({
      maxWorkers,
      maxAttempts: random.pick([1, 2, 3]),
      // Some workers take some turns to start.
      untilStarted: () => Effect.asVoid(Effect.replicateEffect(Effect.yieldNow, random.pick([0, 0, 1, 3, 8]))),
      queueTimeout: random.pick([Infinity, 120_000])
    })
    const groups = [yield* Executor.group(executor, { maxWorkers: 1 }), yield* Executor.group(executor)]
    const inner = yield* Executor.group(groups[1]!, { maxWorkers: 2 })
    const targets = [executor, executor, ...groups, inner]
    const tasks: Array<TaskFuture<unknown, unknown>> = []
    const begun = new Map<string, number>()
    const log: Array<string> = []

    const submit = Effect.suspend(() => {
      const name = `t${tasks.length}`
      const timeout = random.pick([Infinity, Infinity, 60_000])
      const target = random.pick(targets)
      log.push(`submit ${name} to ${target.name}`)
      return Effect.map(
        target.submit(Effect.succeed(name), { name, timeout, priority: random.pick([0, 0, 1]) }),
        (it) => {
          tasks.push(it as unknown as TaskFuture<unknown, unknown>)
          if (random.below(4) === 0) void it.fiber
        }
      )
    })

    const alive = (): ReadonlyArray<FakeWorker> => workers.filter((worker) => worker.isAlive && worker.calls.length > 0)
    // The worker runs one task at a time, in order, and cannot give back what it has begun.
    const work = (worker: FakeWorker) => {
      const first = worker.calls[0]!
      const { name } = first.future
      const what = random.pick(["take", "call", "reply", "fail"])
      log.push(`${worker.id} ${what} ${name}`)
      if (!first.isTaken) begun.set(name, (begun.get(name) ?? 0) + 1)
      if (what === "take") worker.take(name)
      else if (what === "call") worker.call(name)
      else worker.reply(name, what === "reply" ? Exit.succeed(name) : Exit.fail("no"))
    }
    const step = Effect.suspend((): Effect.Effect<unknown, unknown> => {
      const dice = random.below(20)
      const worker = alive().length === 0 ? undefined : random.pick(alive())
      if (dice < 5) return submit
      if (dice === 5) {
        // All in one turn, or some of them in the turns in which workers start.
        const each = [
          submit,
          Effect.yieldNow,
          submit,
          Effect.sync(() => alive().forEach(work)),
          Effect.yieldNow,
          submit
        ]
        return Effect.all(each.filter(() => random.below(4) > 0))
      }
      if (dice < 13 && worker !== undefined) return Effect.sync(() => work(worker))
      if (dice < 15 && worker !== undefined) {
        const kind = random.pick(["crashed", "stopped", "unresponsive"] as const)
        log.push(`${worker.id} ${kind}`)
        return Effect.sync(() => worker.die(kind))
      }
      if (dice === 15) {
        // Also one that does nothing, in the same turn in which it is given something.
        const idle = workers.filter((each) => each.isAlive && each.calls.length === 0)
        if (idle.length === 0) return submit
        const silent = random.pick(idle)
        log.push(`${silent.id} is silent, with a submission`)
        return Effect.tap(submit, () => Effect.sync(() => silent.failSilently()))
      }
      if (dice < 18 && tasks.length > 0) {
        const task = random.pick(tasks)
        log.push(`cancel ${task.name}`)
        return Effect.forkDetach(Future.cancel(task))
      }
      if (dice === 18) {
        log.push("a while")
        return TestClock.adjust(random.pick([1000, 60_000]))
      }
      return Effect.void
    })

    const check = Effect.sync(() => {
      const faults = faultsAtRest(engine, tasks)
      for (const [name, count] of begun) if (count > 1) faults.push(`${name} began ${count} times`)
      for (const task of tasks) {
        const has = workers.filter((each) => each.calls.some(({ future }) => future === task))
        if (has.length > 1) faults.push(`${task.name} is in ${has.length} workers`)
        if (has.length > 0 && task.isDone) faults.push(`${task.name} has ended, and worker ${has[0]!.id} has it`)
        if (task.state === "running" && has.length === 0) faults.push(`${task.name} runs nowhere`)
      }
      assert.deepStrictEqual(faults, [], `seed ${seed}: ${log.join("; ")}; ${describeState(engine)}`)
    })

    // Workers that died without being noticed are found to be dead.
    const find = Effect.sync(() => {
      for (const worker of workers) if (!worker.isAlive && !worker.isKnownToHaveEnded) worker.die()
    })

    for (let n = 0; n < steps; n++) {
      yield* Effect.ignore(step)
      yield* letOthersRun
      yield* find
      yield* letOthersRun
      yield* check
    }
    for (let worker = alive()[0]; worker !== undefined; worker = alive()[0]) {
      const [call] = worker.calls
      worker.reply(call!.future.name)
      yield* letOthersRun
      yield* check
    }
    assert.isTrue(tasks.every(Future.isDone), `seed ${seed}: ${log.join("; ")}`)
    const { cancelled, failed, succeeded, timedOut } = yield* Executor.stats(executor)
    assert.strictEqual(cancelled + failed + succeeded + timedOut, tasks.length)
    for (const each of [inner, ...groups, executor]) {
      yield* Executor.shutdown(each)
      assert.deepStrictEqual(leftovers(each), [], `seed ${seed}`)
    }
  }).pipe(Effect.scoped)

describe("tasks and workers that die", () => {
  for (let first = 0; first < 20; first += 10) {
    it.effect(`agree with the counters, in any order: ${first} to ${first + 9}`, () =>
      Effect.gen(function* () {
        for (let seed = first; seed < first + 10; seed++) yield* scenario(seed)
      })
    )
  }
})

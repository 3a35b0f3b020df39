import { describe, it } from "@effect/vitest"
import * as Timers from "../testing/explore/kitchenTimer.ts"
import { prove } from "../testing/explore/prove.ts"

const { ours } = Timers

describe("our kitchen timer, in every schedule with so many preemptions", () => {
  it("of two starts at once exactly one succeeds, and only its bell rings", () =>
    prove(Timers.twoStarts(ours), { maxPreemptions: 3 }, "the first started it", "the second started it"))

  it("of two stops at once exactly one succeeds", () =>
    prove(Timers.twoStops(ours), { maxPreemptions: 3 }, "the first stopped it", "the second stopped it"))

  it("of a start and a stop at once the start succeeds, and it rings unless the stop does", () =>
    prove(Timers.startAgainstStop(ours), { maxPreemptions: 3 }, "it was stopped", "the stop came too early"))

  it("at the very instant at which time is up it can be started again or not, and either way the first bell rings", () =>
    prove(Timers.restartAgainstTimeUp(ours), { maxPreemptions: 3 }, "started again", "it still ran"))

  it("of three startIfStopped at once exactly one starts it", () =>
    prove(Timers.startIfStopped, { maxPreemptions: 2 }, "0 started it", "1 started it", "2 started it"))

  it("of three stopIfRunning at once exactly one stops it", () =>
    prove(Timers.stopIfRunning, { maxPreemptions: 2 }, "0 stopped it", "1 stopped it", "2 stopped it"))

  it("of a startIfStopped and a stopIfRunning as time is up none is lost", () =>
    prove(
      Timers.allAtOnce,
      { maxPreemptions: 2 },
      "started: true, stopped: true",
      "started: true, stopped: false",
      "started: false, stopped: true",
      "started: false, stopped: false"
    ))

  it("a stop as whenTimeUp begins, runs or ends leaves it alone, or comes before it", async () => {
    for (const after of ["1 second", "2 seconds", "3 seconds"] as const) {
      const marks = after === "1 second" ? ["it rang", "stopped"] : ["it rang"]
      await prove(Timers.stopWhileItRings(after), { maxPreemptions: 3 }, ...marks)
    }
  })

  it("it is started again from within whenTimeUp, and stopped by another fiber at that instant", () =>
    prove(
      Timers.restartFromWithin,
      { maxPreemptions: 2 },
      "stopped: true, rings: 0",
      "stopped: true, rings: 1",
      "stopped: false, rings: 1"
    ))

  it("a stop that is interrupted has stopped it, or has done nothing", () =>
    prove(Timers.interruptedStop, { maxPreemptions: 2 }, "stopped", "it went on"))

  it("nothing of it outlives its scope, which closes at the very instant at which time is up", () =>
    prove(
      Timers.scopeClosesAsTimeIsUp,
      { maxPreemptions: 3 },
      "heard: ",
      "heard: interrupted",
      "heard: begins,interrupted",
      "heard: begins,ends"
    ))
})

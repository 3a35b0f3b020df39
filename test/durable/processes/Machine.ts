import { Effect, type Scope } from "effect"
import type { DurableExecutor } from "effect-futures/durable"
import { type ChildProcess, fork } from "node:child_process"
import * as path from "node:path"

export interface MachineOptions extends Partial<Omit<DurableExecutor.WorkerOptions, "modules">> {
  readonly name: string
  readonly place: string
  readonly host?: "fibers" | "threads"
  /** A machine that was not deployed anew, and lacks some of the functions. */
  readonly isOld?: boolean
  /** How far its clock is ahead, in milliseconds. */
  readonly clockAhead?: number
}

/** A machine in a process of its own, which the test may treat as machines are treated. */
export class Machine {
  private readonly child: ChildProcess
  readonly exited: Promise<void>

  private constructor(child: ChildProcess) {
    this.child = child
    this.exited = new Promise((resolve) => child.once("exit", () => resolve()))
  }

  static start(options: MachineOptions): Effect.Effect<Machine, never, Scope.Scope> {
    return Effect.acquireRelease(
      Effect.callback<Machine>((resume) => {
        const file = path.join(import.meta.dirname, "machineProgram.ts")
        const execArgv = ["--conditions=effect-futures-source", "--disable-warning=ExperimentalWarning"]
        const child = fork(file, [JSON.stringify(options)], {
          execArgv,
          stdio: ["ignore", "inherit", "inherit", "ipc"]
        })
        const machine = new Machine(child)
        child.once("message", () => resume(Effect.succeed(machine)))
        child.once("exit", (code, signal) => {
          resume(Effect.die(new Error(`the machine ended before it was ready: ${code ?? signal}`)))
        })
      }),
      (machine) =>
        Effect.promise(() => {
          machine.signal("SIGCONT")
          machine.signal("SIGKILL")
          return machine.exited
        })
    )
  }

  get pid(): number {
    return this.child.pid ?? 0
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** Waits until it has ended. */
  get end(): Effect.Effect<void> {
    return Effect.promise(() => this.exited)
  }
}

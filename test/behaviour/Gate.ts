import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as fs from "node:fs"
import * as net from "node:net"
import * as os from "node:os"
import * as path from "node:path"
import { until } from "./until.ts"

/**
 * A place where tasks wait until the test lets them go on, or closes the scope of the gate.
 *
 * The address is a string, so a task gets it as an argument wherever it runs.
 */
export interface Gate {
  readonly address: string
  /** The names that have come, in order, with those that have left. */
  readonly arrivals: ReadonlyArray<string>
  /** How many stand here now. */
  readonly waiting: number
  /** How many stood here at once, at most. */
  readonly most: number
  /** Waits until so many have come. */
  readonly untilArrived: (count: number) => Effect.Effect<void>
  /** Lets those go on that came first. */
  readonly admit: (count: number) => Effect.Effect<void>
  /** Lets one go on. Of tasks that run at the same time nobody knows which comes first. */
  readonly admitNamed: (name: string) => Effect.Effect<void>
  /** Lets everyone go on, also those that come later. */
  readonly open: Effect.Effect<void>
}

class Visitors implements Gate {
  readonly address: string
  readonly arrivals: Array<string> = []
  most = 0
  readonly open = Effect.sync(() => this.openNow())
  private isOpen = false
  private readonly present = new Map<() => void, string>()

  constructor(address: string) {
    this.address = address
  }

  get waiting(): number {
    return this.present.size
  }

  readonly untilArrived = (count: number): Effect.Effect<void> => until(() => this.arrivals.length >= count)

  readonly admit = (count: number): Effect.Effect<void> =>
    Effect.sync(() => {
      for (const goOn of Array.from(this.present.keys()).slice(0, count)) this.letOn(goOn)
    })

  readonly admitNamed = (name: string): Effect.Effect<void> =>
    Effect.sync(() => {
      for (const [goOn, visitor] of this.present) if (visitor === name) this.letOn(goOn)
    })

  /** `goOn` is called once, unless the visitor leaves before; the result is its leaving. */
  arrive(name: string, goOn: () => void): () => void {
    this.arrivals.push(name)
    this.present.set(goOn, name)
    this.most = Math.max(this.most, this.present.size)
    if (this.isOpen) this.letOn(goOn)
    return () => this.present.delete(goOn)
  }

  private letOn(goOn: () => void): void {
    this.present.delete(goOn)
    goOn()
  }

  private openNow(): void {
    this.isOpen = true
    for (const goOn of this.present.keys()) this.letOn(goOn)
  }
}

const localGates = new Map<string, Visitors>()
let lastId = 0

/** For tasks that run in this very thread. */
export const localGate: Effect.Effect<Gate, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => {
    const gate = new Visitors(`local:${++lastId}`)
    localGates.set(gate.address, gate)
    return gate
  }),
  (gate) =>
    Effect.andThen(
      gate.open,
      Effect.sync(() => localGates.delete(gate.address))
    )
)

/** For tasks that run wherever they like on this machine. A task that is no more has left the gate. */
export const socketGate: Effect.Effect<Gate, never, Scope.Scope> = Effect.acquireRelease(
  Effect.callback<{ readonly gate: Gate; readonly close: () => void }>((resume) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "gate-"))
    const gate = new Visitors(path.join(folder, "socket"))
    const sockets = new Set<net.Socket>()
    const server = net.createServer((socket) => {
      sockets.add(socket)
      let leave = () => {}
      socket.on("error", () => socket.destroy())
      socket.on("close", () => {
        sockets.delete(socket)
        leave()
      })
      socket.once("data", (name) => {
        leave = gate.arrive(name.toString(), () => socket.end("go on"))
      })
    })
    const close = () => {
      server.close()
      for (const socket of sockets) socket.end("go on")
      fs.rmSync(folder, { recursive: true, force: true })
    }
    server.listen(gate.address, () => resume(Effect.succeed({ gate, close })))
  }),
  ({ close }) => Effect.sync(close)
).pipe(Effect.map(({ gate }) => gate))

/** For the task: comes to the gate, under a name that is not empty, and waits there. */
export const enter = (address: string, name: string): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    const goOn = () => resume(Effect.void)
    if (address.startsWith("local:")) {
      const gate = localGates.get(address)
      if (gate === undefined) return resume(Effect.die(new Error(`There is no gate ${address} in this thread`)))
      return Effect.sync(gate.arrive(name, goOn))
    }
    const socket = net.connect(address, () => socket.write(name))
    socket.once("data", () => {
      socket.destroy()
      goOn()
    })
    socket.once("error", (error) => resume(Effect.die(error)))
    return Effect.sync(() => socket.destroy())
  })

import { Cause, Effect, Exit, Fiber, Scope, Stream } from "effect"
import { Executor, FiberExecutor, Future } from "effect-futures"
import type { Engine } from "../../src/internal/executor/Engine.ts"
import { engineOf } from "../../src/internal/executor/ExecutorImpl.ts"
import { TaskFuture } from "../../src/internal/executor/TaskFuture.ts"
import { describeState, greatestLimit, familyOf, faultsAtRest, leftovers } from "./engineState.ts"
import { joinedOutcomeOf, outcomeOf } from "./outcomeOf.ts"
import { Random } from "./Random.ts"
import { VirtualWorld } from "./VirtualWorld.ts"

/** The facts about a task that its future does not tell. */
interface Known {
  readonly future: TaskFuture<unknown, unknown>
  readonly body: Body
  readonly callbacks: Array<Callback>
  /** How it ended, as seen by whoever looked. */
  readonly seen: Array<string>
}

interface Callback {
  /** The registration has returned. */
  isRegistered: boolean
  calls: number
}

/** A run of a task's effect. */
class Body {
  runs = 0
  /** Waits of the task that may have lent its worker. */
  waits = 0
  isRunning = false
  /** The task goes on without a worker, because one of its waits was interrupted. */
  isAhead = false
  future: TaskFuture<unknown, unknown> | undefined = undefined
  mustNotRun = false
  readonly place: Place
  constructor(place: Place) {
    this.place = place
  }

  get hasWorker(): boolean {
    return this.future?.taskRun?.lease !== undefined
  }

  /** The task's code runs, and should have a worker for that. */
  get isBusy(): boolean {
    const isAhead = this.isAhead || this.future?.isStopping === true
    return this.isRunning && this.waits === 0 && (!isAhead || this.hasWorker)
  }
}

type AnyExecutor = FiberExecutor.FiberExecutor

/** An executor or group of the program. */
interface Place {
  readonly executor: AnyExecutor
  readonly engine: Engine
}

/** The actor: a task, or code outside of tasks. */
interface Actor {
  readonly name: string
  readonly body: Body | undefined
  readonly depth: number
  /** Tasks that it may wait for: its own, so that nobody waits in a circle. */
  readonly own: Array<Known>
}

type Action = Effect.Effect<unknown, unknown>

const actions: ReadonlyArray<readonly [weight: number, name: string]> = [
  [8, "submit"],
  [3, "sleep"],
  [2, "yield"],
  [5, "join"],
  [2, "result"],
  [2, "cancel"],
  [1, "cancelPending"],
  [2, "interruptFiber"],
  [2, "run"],
  [2, "runInTime"],
  [1, "wait"],
  [1, "asCompleted"],
  [1, "all"],
  [1, "race"],
  [1, "map"],
  [2, "onDone"],
  [1, "observer"],
  [2, "group"],
  [0.4, "shutdown"],
  [0.4, "idle"],
  [1, "children"],
  [1, "impatientSubmit"],
  [1, "manual"],
  [1, "elsewhere"],
  [0.3, "setTimeout"],
  [0.5, "setMaxWorkers"],
  [0.5, "pause"]
]

const tick = Effect.sync(() => {})

const rateOf = (random: Random): Executor.Rate => ({
  limit: 1 + random.below(3),
  every: random.pick([1, 3, 10]),
  ...(random.below(3) === 0 ? { algorithm: "fixed-window" } : { burst: 1 + random.below(3) })
})

/**
 * A program of random submissions, waits, cancellations, groups and shutdowns on an executor with random options, run
 * in an order that is random too. Gives what is wrong with it, which should be nothing, and what happened.
 */
export const runRandomProgram = async (seed: number) => {
  const shape = new Random(seed)
  const world = new VirtualWorld(seed ^ 0x5bd1e995, {
    yieldChance: shape.pick([0, 0, 0.05, 0.2, 0.5, 1]),
    order: shape.pick(["random", "random", "first", "last"])
  })
  const program = new RandomProgram(world, shape)
  try {
    const exit = await world.run(program.main(shape), () => program.check())
    program.atEnd(exit)
    await world.settle(100_000)
  } catch (error) {
    program.fault(String(error))
  }
  for (const error of world.thrown) program.fault(`thrown: ${String(error)}`)
  if (program.faults.length === 0) {
    if (world.aliveFibers !== 0) program.fault(`${world.aliveFibers} fibers are left`)
    if (world.clock.sleeping !== 0) program.fault(`${world.clock.sleeping} timers are left`)
  }
  return program
}

export class RandomProgram {
  readonly faults: Array<string> = []
  readonly log: Array<string> = []
  readonly counts: Record<string, number> = {}
  private readonly world: VirtualWorld
  private readonly random: Random
  private readonly known: Array<Known> = []
  private readonly bodies = new WeakMap<object, Body>()
  private readonly places: Array<Place> = []
  private readonly roots: Array<Place> = []
  private readonly events: Array<Executor.Event> = []
  private elsewhere: AnyExecutor | undefined = undefined
  private readonly weights: ReadonlyArray<readonly [weight: number, name: string]>
  private readonly maxTasks: number
  private tasks = 0

  constructor(world: VirtualWorld, shape: Random) {
    this.world = world
    this.random = world.random
    // Each program does more of some things and nothing of others: what is rare among all is so common in some.
    this.weights = actions.map(([weight, name]) => [weight * shape.pick([0, 1, 1, 1, 4]), name] as const)
    if (this.weights.every(([weight]) => weight === 0)) this.weights = actions
    this.maxTasks = shape.pick([10, 40, 40, 100])
  }

  fault(what: string): void {
    if (this.faults.length < 10) this.faults.push(what)
  }

  private say(who: Actor, what: string): void {
    this.counts[what.split(" ")[0]!] = (this.counts[what.split(" ")[0]!] ?? 0) + 1
    if (this.log.length < 3000) this.log.push(`${this.world.clock.millis} ${who.name}: ${what}`)
  }

  describe(): string {
    return [
      ...this.faults,
      ...this.roots.flatMap(({ engine }) => familyOf(engine)).map(describeState),
      ...this.known.filter(({ future }) => !future.isDone).map(({ future }) => String(future)),
      ...this.log
    ].join("\n")
  }

  // ------------------------------------------------------------------ checks

  /** The conditions that hold whenever nothing can go on without the clock. */
  check(): void {
    const tasks = this.known.map(({ future }) => future)
    for (const { engine } of this.roots) {
      for (const fault of faultsAtRest(engine, tasks)) this.fault(`at rest: ${fault}`)
    }
  }

  /** The conditions that hold whenever a task's code runs. */
  private checkLimits(): void {
    const busy = new Map<Engine, number>()
    for (const { body } of this.known) {
      if (!body.isBusy) continue
      if (!body.hasWorker) this.fault(`${String(body.future)} runs without a worker`)
      for (const engine of body.place.engine.chain) busy.set(engine, (busy.get(engine) ?? 0) + 1)
    }
    for (const [engine, count] of busy) {
      if (count > greatestLimit(engine)) this.fault(`${count} tasks run at once: ${describeState(engine)}`)
    }
  }

  atEnd(exit: Exit.Exit<unknown, unknown>): void {
    if (exit._tag === "Failure") this.fault(`the program failed: ${Cause.pretty(exit.cause)}`)
    for (const { executor } of this.places) for (const left of leftovers(executor)) this.fault(left)
    const outcomes = new Map<number, string>()
    const started = new Set<number>()
    const submitted = new Set<number>()
    for (const event of this.events) {
      if (event._tag === "Submitted") {
        if (submitted.has(event.id)) this.fault(`${event.id} was submitted twice`)
        submitted.add(event.id)
      } else if (event._tag === "Started") {
        if (started.has(event.id) || outcomes.has(event.id)) this.fault(`${event.id} started twice or late`)
        started.add(event.id)
      } else if (event._tag === "Ended") {
        if (outcomes.has(event.id)) this.fault(`${event.id} ended twice`)
        outcomes.set(event.id, event.outcome)
      }
    }
    for (const { body, callbacks, future, seen } of this.known) {
      const say = (what: string) => this.fault(`${String(future)}: ${what}`)
      const exit = future.fiber.pollUnsafe()
      if (exit === undefined || !future.isDone) {
        say("never settled")
        continue
      }
      const outcome = outcomeOf(exit)
      if ((future.state === "cancelled") !== (outcome === "cancelled")) say(`its fiber ${outcome}`)
      if (outcomes.get(future.id) !== outcome) say(`its event says ${outcomes.get(future.id)}, its fiber ${outcome}`)
      for (const other of seen) if (other !== outcome) say(`somebody saw ${other}, its fiber ${outcome}`)
      for (const { calls, isRegistered } of callbacks) {
        if (calls > 1 || (isRegistered && calls === 0)) say(`a callback was called ${calls} times`)
      }
      if (body.runs > 1) say("ran twice")
      if (body.runs === 1 && !started.has(future.id)) say("ran without having started")
      if (body.mustNotRun && body.runs > 0) say("ran although it was cancelled before")
      if (body.runs === 0 && outcome === "succeeded") say("succeeded without having run")
    }
    for (const { engine } of this.places) {
      const mine = this.known.filter(({ future }) => future.engine.chain.includes(engine))
      const tally: Record<string, number> = { succeeded: 0, failed: 0, cancelled: 0, timedOut: 0 }
      for (const { future } of mine) tally[outcomeOf(future.fiber.pollUnsafe()!)]!++
      if (JSON.stringify(tally) !== JSON.stringify(engine.tally)) {
        this.fault(`${engine.name} counts ${JSON.stringify(engine.tally)}, its tasks ${JSON.stringify(tally)}`)
      }
    }
  }

  // ----------------------------------------------------------------- program

  main(shape: Random): Effect.Effect<unknown, unknown> {
    return Effect.scoped(
      Effect.gen({ self: this }, function* () {
        const scope = yield* Scope.make()
        const executor = yield* FiberExecutor.make({
          name: "root",
          maxWorkers: shape.pick([1, 1, 2, 3]),
          timeout: shape.pick([Infinity, Infinity, 7]),
          queueTimeout: shape.pick([Infinity, Infinity, 9]),
          capacity: shape.pick([Infinity, Infinity, 0, 1, 3]),
          overflow: shape.pick(["suspend", "suspend", "fail"]),
          idleTimeToLive: shape.pick([Infinity, Infinity, 4]),
          rate: shape.pick([[], [], [], rateOf(shape), [rateOf(shape), rateOf(shape)]])
        }).pipe(Scope.provide(scope))
        const root = this.opened(executor)
        this.roots.push(root)
        const other = yield* Scope.make()
        this.elsewhere = yield* FiberExecutor.make({ maxWorkers: 2, capacity: shape.pick([0, 1]) }).pipe(
          Scope.provide(other)
        )
        yield* Executor.events(executor).pipe(
          Stream.runForEach((event) => Effect.sync(() => this.events.push(event))),
          Effect.forkDetach({ startImmediately: true })
        )
        while (!root.engine.events.isHeard) yield* Effect.sleep(1)
        const actors: Array<Fiber.Fiber<unknown, unknown>> = []
        for (let i = 0; i < 1 + shape.below(3); i++) {
          const actor: Actor = { name: `actor${i}`, body: undefined, depth: 0, own: [] }
          actors.push(yield* Effect.forkDetach(this.act(actor, 2 + shape.below(6))))
        }
        yield* Effect.sleep(shape.pick([5, 20, 60]))
        const ending: Actor = { name: "end", body: undefined, depth: 0, own: [] }
        if (shape.chance(0.5)) {
          yield* Executor.shutdown(executor, { mode: shape.pick(["drain", "cancelPending", "interrupt"]), timeout: 30 })
          this.say(ending, "was shut down")
        }
        this.say(ending, "closes")
        yield* Scope.close(scope, Exit.void)
        this.say(ending, "closed")
        yield* Fiber.awaitAll(actors)
        yield* Scope.close(other, Exit.void)
      })
    )
  }

  private opened(executor: AnyExecutor): Place {
    const engine = engineOf(executor)
    const place = { executor, engine }
    this.places.push(place)
    // All submitted tasks, also those of `run` and `map`, stand in this queue first.
    const push = engine.queue.push.bind(engine.queue)
    engine.queue.push = (node) => {
      if (node instanceof TaskFuture && node.engine === engine) this.submitted(node)
      push(node)
    }
    return place
  }

  private submitted(future: TaskFuture<unknown, unknown>): void {
    const body = this.bodies.get(future.effect!)!
    if (body.future !== undefined) this.fault(`${String(future)} was submitted as ${String(body.future)} before`)
    body.future = future
    this.known.push({ future, body, callbacks: [], seen: [] })
    const interrupt = future.fiber.interruptUnsafe.bind(future.fiber)
    Object.assign(future.fiber, {
      interruptUnsafe: (...args: Parameters<typeof interrupt>) => {
        if (future.state === "pending" && future.timeoutError === undefined) body.mustNotRun = true
        interrupt(...args)
      }
    })
  }

  private act(actor: Actor, count: number): Action {
    return Effect.gen({ self: this }, function* () {
      for (let i = 0; i < count; i++) {
        this.step(actor)
        yield* Effect.ignoreCause(this.action(actor)).pipe(
          // The interruption of the actor itself must not be ignored.
          Effect.onInterrupt(() => Effect.sync(() => this.ahead(actor)))
        )
      }
      this.step(actor)
    })
  }

  private step(actor: Actor): void {
    if (actor.body !== undefined) this.checkLimits()
  }

  /** From here on it may run without a worker. */
  private ahead(actor: Actor): void {
    if (actor.body !== undefined) actor.body.isAhead = true
  }

  /** A wait, in which a task may lend its worker. */
  private waiting<A, E>(actor: Actor, effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    const { body } = actor
    if (body === undefined) return effect
    return Effect.acquireUseRelease(
      Effect.sync(() => body.waits++),
      () => effect,
      (_, exit) =>
        Effect.sync(() => {
          if (exit._tag === "Failure" && Cause.hasInterrupts(exit.cause)) this.ahead(actor)
          body.waits--
        })
    )
  }

  private action(actor: Actor): Action {
    const { random } = this
    const wait = <A, E>(effect: Effect.Effect<A, E>) => this.waiting(actor, effect)
    const chosen = random.weighted(this.weights)
    const own = actor.own.length === 0 ? undefined : random.pick(actor.own)
    // A task may wait only for its own; whoever is no task may wait for any.
    const any = this.known.length === 0 ? undefined : random.pick(this.known)
    const awaitable = actor.body === undefined ? any : own
    const some = actor.own.filter(() => random.chance(0.6)).map(({ future }) => future)
    const log = (what: string) => this.say(actor, `${chosen} ${what}`)
    switch (chosen) {
      case "submit":
        return wait(this.submit(actor))
      case "sleep":
        return Effect.sleep(1 + random.below(6))
      case "yield":
        return Effect.yieldNow
      case "join": {
        if (awaitable === undefined) return tick
        log(`${awaitable.future.id}`)
        return Effect.gen({ self: this }, function* () {
          const joined = yield* wait(Effect.exit(awaitable.future))
          awaitable.seen.push(joinedOutcomeOf(joined, awaitable.future))
          if (random.chance(0.5)) awaitable.seen.push(outcomeOf(yield* Future.await(awaitable.future)))
        })
      }
      case "result": {
        if (awaitable === undefined) return tick
        log(`${awaitable.future.id}`)
        // Giving up leaves the worker lent.
        this.ahead(actor)
        return wait(Future.result(awaitable.future, { timeout: random.below(5) }))
      }
      case "cancel": {
        if (any === undefined) return tick
        const waits = awaitable === any
        log(`${any.future.id} ${any.future.state}`)
        return wait(this.cancel(actor, any, waits))
      }
      case "cancelPending": {
        if (awaitable === undefined) return tick
        log(`${awaitable.future.id}`)
        return Effect.suspend(() => {
          const before = awaitable.future.state
          return Effect.map(wait(Future.cancel(awaitable.future, { running: false })), (answer) => {
            if (answer) awaitable.seen.push("cancelled")
            else if (before === "pending") awaitable.seen.push(outcomeOf(awaitable.future.fiber.pollUnsafe()!))
          })
        })
      }
      case "interruptFiber": {
        if (any === undefined) return tick
        log(`${any.future.id} ${any.future.state}`)
        return Effect.sync(() => {
          any.future.fiber.interruptUnsafe()
        })
      }
      case "run": {
        if (this.tasks > this.maxTasks) return tick
        const place = this.somewhere()
        log(`on ${place.engine.name}`)
        return wait(Executor.run(place.executor, this.task(actor, place), this.options()))
      }
      case "runInTime": {
        if (this.tasks > this.maxTasks) return tick
        const place = this.somewhere()
        log(`on ${place.engine.name}`)
        this.ahead(actor)
        return wait(
          Effect.timeoutOption(
            Executor.run(place.executor, this.task(actor, place), this.options()),
            random.below(6) + 1
          )
        )
      }
      case "wait": {
        log(`${some.map(({ id }) => id).join()}`)
        this.ahead(actor)
        return wait(
          Future.wait(some, {
            returnWhen: random.pick(["firstCompleted", "firstException", "allCompleted"]),
            timeout: random.pick([0, 4, Infinity])
          })
        )
      }
      case "asCompleted": {
        log(`${some.map(({ id }) => id).join()}`)
        this.ahead(actor)
        return wait(
          Future.asCompleted(some, { timeout: random.pick([3, Infinity]) }).pipe(
            Stream.take(1 + random.below(3)),
            Stream.runDrain
          )
        )
      }
      case "all":
        log(`${some.map(({ id }) => id).join()}`)
        return wait(Future.all(some))
      case "race":
        log(`${some.map(({ id }) => id).join()}`)
        return some.length === 0 ? tick : wait(Future.race(some))
      case "map": {
        if (this.tasks > this.maxTasks) return tick
        const place = this.somewhere()
        log(`on ${place.engine.name}`)
        this.ahead(actor)
        return wait(
          Executor.map(place.executor, [1, 2, 3, 4], () => this.task(actor, place), {
            ordered: random.chance(0.5),
            buffer: 1 + random.below(3)
          }).pipe(Stream.take(1 + random.below(5)), Stream.runDrain)
        )
      }
      case "onDone": {
        if (any === undefined) return tick
        log(`${any.future.id}`)
        const effectful = random.chance(0.5)
        const callback: Callback = { isRegistered: false, calls: 0 }
        any.callbacks.push(callback)
        const register = Future.onDone(any.future, (future) => {
          callback.calls++
          any.seen.push(outcomeOf(future.fiber.pollUnsafe()!))
          if (!future.fiber.pollUnsafe()) this.fault(`${String(future)} calls back before its end`)
          if (random.chance(0.1)) throw new Error("a callback that throws")
          const caller: Actor = { name: `callback of ${future.id}`, body: undefined, depth: 3, own: [] }
          return effectful ? this.callback(caller) : undefined
        })
        return Effect.map(register, () => void (callback.isRegistered = true))
      }
      case "group":
        return this.group(actor)
      case "shutdown": {
        const inside = actor.body?.place.engine.chain
        const places = this.places.filter(({ engine }) => inside === undefined || inside.includes(engine))
        const place = random.pick(places)
        const options = {
          mode: random.pick(["drain", "cancelPending", "interrupt"] as const),
          timeout: random.pick([0, 3, Infinity])
        }
        log(`${place.engine.name} ${options.mode} ${options.timeout}`)
        return wait(Executor.shutdown(place.executor, options))
      }
      case "setMaxWorkers": {
        const { engine, executor } = random.pick(this.places)
        const count = 1 + random.below(3)
        log(`${engine.name} ${count}`)
        for (const place of this.places) greatestLimit(place.engine)
        return Effect.andThen(
          Executor.setMaxWorkers(executor, count),
          Effect.sync(() => this.places.forEach((place) => greatestLimit(place.engine)))
        )
      }
      case "pause": {
        const { engine, executor } = random.pick(this.places)
        log(`${engine.name}`)
        return Effect.ensuring(
          Effect.andThen(Executor.pause(executor), Effect.sleep(random.pick([0, 1, 5]))),
          Executor.resume(executor)
        )
      }
      case "idle": {
        const inside = actor.body?.place.engine.chain
        const place = random.pick(this.places.filter(({ engine }) => inside === undefined || inside.includes(engine)))
        log(`${place.engine.name}`)
        return wait(Executor.awaitIdle(place.executor))
      }
      case "children": {
        log("")
        const some = 1 + random.below(2)
        const child = (): Action => this.act(actor, 1 + random.below(2))
        return Effect.gen({ self: this }, function* () {
          this.ahead(actor)
          const fibers: Array<Fiber.Fiber<unknown, unknown>> = []
          for (let i = 0; i < some; i++) fibers.push(yield* Effect.forkChild(child()))
          if (random.chance(0.7)) yield* Fiber.awaitAll(fibers)
        })
      }
      case "impatientSubmit":
        this.ahead(actor)
        return wait(Effect.timeoutOption(this.submit(actor), 1 + random.below(3)))
      case "observer": {
        if (any === undefined) return tick
        log(`${any.future.id}`)
        return Effect.sync(() => {
          any.future.fiber.addObserver((exit) => {
            any.seen.push(outcomeOf(exit))
            // Code of the user's, in the middle of whatever ended the fiber.
            const caller: Actor = { name: `observer of ${any.future.id}`, body: undefined, depth: 3, own: [] }
            if (random.chance(0.5)) Effect.runForkWith(this.world.context)(this.submit(caller))
            const other = random.pick(this.known)
            if (random.chance(0.3)) Effect.runForkWith(this.world.context)(Future.cancel(other.future))
          })
        })
      }
      case "manual": {
        log("")
        return Effect.gen({ self: this }, function* () {
          const future = yield* Effect.uninterruptible(
            Effect.gen(function* () {
              const future = yield* Future.make<number>()
              const settle = random.chance(0.5) ? Future.succeed(future, 1) : Future.cancel(future)
              yield* Effect.forkDetach(Effect.andThen(Effect.yieldNow, Effect.ignore(settle)))
              if (random.chance(0.5)) yield* Effect.forkDetach(Future.cancel(future))
              return future
            })
          )
          const exit = yield* Effect.exit(future)
          if ((exit._tag === "Failure") !== Future.isCancelled(future)) this.fault(`${String(future)} ${exit._tag}`)
        })
      }
      case "elsewhere": {
        // Of another executor a task lends nothing, so what it waits for there must not wait for it.
        if (this.elsewhere === undefined) return tick
        log("")
        const effect = random.pick([tick, Effect.sleep(3), Effect.yieldNow])
        return Executor.run(this.elsewhere, effect, { timeout: random.pick([undefined, 2]) })
      }
      default: {
        const place = this.somewhere()
        return Executor.setTimeout(place.executor, random.pick([3, Infinity]))
      }
    }
  }

  private somewhere(): Place {
    const open = this.places.filter(({ engine }) => !engine.isClosed)
    return this.random.pick(open.length > 0 && this.random.chance(0.9) ? open : this.places)
  }

  private options(): Executor.SubmitOptions {
    const { random } = this
    return {
      timeout: random.pick([undefined, undefined, undefined, 2, 5]),
      priority: random.pick([undefined, undefined, 0, 1, -1])
    }
  }

  private submit(actor: Actor): Action {
    return Effect.suspend(() => {
      if (this.tasks > this.maxTasks) return tick
      const place = this.somewhere()
      const body = new Body(place)
      return Effect.map(place.executor.submit(this.task(actor, place, body), this.options()), (future) => {
        this.say(actor, `submitted ${future.id} to ${place.engine.name}`)
        actor.own.push(this.known.find((known) => known.body === body && known.future.id === future.id)!)
      })
    })
  }

  private cancel(actor: Actor, known: Known, waits: boolean): Action {
    return Effect.suspend(() => {
      const { body, future } = known
      const cancel = Effect.map(Future.cancel(future), (answer) => {
        if (answer) known.seen.push("cancelled")
        else if (future.isDone) known.seen.push(outcomeOf(future.fiber.pollUnsafe()!))
        if (!future.isDone && actor.body !== body) this.fault(`${String(future)} is not gone after its cancellation`)
      })
      return waits ? cancel : Effect.forkDetach(this.waiting(actor, cancel))
    })
  }

  private callback(actor: Actor): Action {
    return Effect.gen({ self: this }, function* () {
      if (this.random.chance(0.5)) yield* Effect.sleep(2)
      if (this.random.chance(0.3)) yield* this.submit(actor)
      if (this.random.chance(0.2)) yield* Effect.never
    })
  }

  private group(actor: Actor): Action {
    const { random } = this
    if (this.places.length > 6) return tick
    const parent = this.somewhere()
    return Effect.gen({ self: this }, function* () {
      const scope = yield* Scope.make()
      yield* Effect.gen({ self: this }, function* () {
        const executor = yield* Executor.group(parent.executor, {
          name: `${parent.engine.name}/${this.places.length}`,
          maxWorkers: random.pick([undefined, 1, 2]),
          onFailure: random.pick(["isolate", "isolate", "cancelAll"]),
          rate: random.pick([[], [], rateOf(random)])
        }).pipe(Scope.provide(scope))
        const place = this.opened(executor as AnyExecutor)
        this.say(actor, `group ${place.engine.name} max ${place.engine.admission.maxWorkers}`)
        yield* this.act(actor, 1 + random.below(4))
        this.say(actor, `closes ${place.engine.name}`)
      }).pipe(Effect.onExit((exit) => this.waiting(actor, Scope.close(scope, exit))))
    })
  }

  private task(parent: Actor, place: Place, body = new Body(place)): Action {
    const { random } = this
    this.tasks++
    const actor: Actor = { name: `task`, body, depth: parent.depth + 1, own: [] }
    const actions = parent.depth >= 3 ? random.below(2) : random.below(4)
    const ending = random.weighted([
      [6, "succeed"],
      [1, "fail"],
      [1, "die"],
      [0.5, "never"],
      [0.3, "interrupt"]
    ])
    const hasCleanup = random.chance(0.3)
    const uninterruptible = ending !== "never" && random.chance(0.1)
    const cleanup = random.pick([tick, Effect.yieldNow, Effect.sleep(2), Effect.sleep(12)])
    const effect = Effect.gen({ self: this }, function* () {
      body.runs++
      body.isRunning = true
      if (body.mustNotRun) this.fault("a cancelled task runs")
      Object.assign(actor, { name: `task ${body.future?.id}` })
      this.step(actor)
      yield* this.act(actor, actions)
      this.step(actor)
      switch (ending) {
        case "fail":
          return yield* Effect.fail("failed")
        case "die":
          throw new Error("died")
        case "never":
          return yield* Effect.never
        case "interrupt":
          return yield* Effect.interrupt
      }
      return 1
    }).pipe(
      Effect.onExit(() =>
        Effect.sync(() => {
          body.isRunning = false
        })
      ),
      (effect) => (hasCleanup ? Effect.ensuring(effect, cleanup) : effect),
      (effect) => (uninterruptible ? Effect.uninterruptible(effect) : effect)
    )
    this.bodies.set(effect, body)
    return effect
  }
}

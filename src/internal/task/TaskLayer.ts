import type * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"

/**
 * The layer of a task module, shared by the tasks that run in this process.
 *
 * It is built when the first task needs it, and released when the last one ends. There are never two at a time: a new one waits until the
 * old one is released, because both may need the same file or port.
 */
export class TaskLayer<ROut, E, RIn> {
  readonly layer: Layer.Layer<ROut, E, RIn>
  private latest: Building<ROut, E> | undefined = undefined
  private holders = 0

  constructor(layer: Layer.Layer<ROut, E, RIn>) {
    this.layer = layer
  }

  provideTo<A, E2, R>(effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E | E2, RIn | Exclude<R, ROut>> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.contextWith((context: Context.Context<RIn>) => {
        const building = this.enter(context)
        return restore(Fiber.join(building.fiber)).pipe(
          Effect.flatMap((services) => restore(Effect.provideContext(effect, services))),
          Effect.onExit(() => this.leave(building))
        )
      })
    )
  }

  /** The services, for as long as the scope lives. */
  get scoped(): Effect.Effect<Context.Context<ROut>, E, RIn | Scope.Scope> {
    return Effect.uninterruptibleMask((restore) =>
      Effect.contextWith((context: Context.Context<RIn>) => {
        const building = this.enter(context)
        const leave = Effect.suspend(() => this.leave(building))
        return Effect.andThen(
          Effect.addFinalizer(() => leave),
          restore(Fiber.join(building.fiber))
        )
      })
    )
  }

  /** The built layer, if it is held. */
  get held(): Context.Context<ROut> | undefined {
    const building = this.latest
    if (building === undefined || this.holders === 0 || building.isReleasing || !building.isOpen) return undefined
    const exit = building.fiber.pollUnsafe()
    return exit?._tag === "Success" ? exit.value : undefined
  }

  private enter(context: Context.Context<RIn>): Building<ROut, E> {
    if (this.latest === undefined || !this.latest.isOpen) this.latest = this.build(context, this.latest)
    this.latest.users++
    return this.latest
  }

  // Builds in a fiber of its own, so that interrupting the first task does not fail others that wait for the layer.
  private build(context: Context.Context<RIn>, previous: Building<ROut, E> | undefined): Building<ROut, E> {
    const scope = Scope.makeUnsafe()
    const build = Layer.buildWithMemoMap(this.layer, Layer.makeMemoMapUnsafe(), scope)
    const afterPrevious = previous === undefined ? build : Effect.andThen(Deferred.await(previous.released), build)
    return new Building(scope, Effect.runForkWith(context)(afterPrevious))
  }

  /** Keeps the layer even while no task uses it, until the result is run. */
  hold(): Effect.Effect<void> {
    this.holders++
    return Effect.suspend(() => {
      this.holders--
      const building = this.latest
      return building === undefined ? Effect.void : this.releaseUnused(building)
    })
  }

  private leave(building: Building<ROut, E>): Effect.Effect<void> {
    building.users--
    return this.releaseUnused(building)
  }

  private releaseUnused(building: Building<ROut, E>): Effect.Effect<void> {
    if (building.users > 0 || building.isReleasing || (building.isBuilt && this.holders > 0)) return Effect.void
    building.isReleasing = true
    building.isOpen = false
    return Effect.ensuring(
      building.release,
      Effect.sync(() => {
        if (this.latest === building) this.latest = undefined
        Deferred.doneUnsafe(building.released, Effect.void)
      })
    )
  }
}

/** The layer while it is being built, and after that. */
class Building<ROut, E> {
  users = 0
  /** Whether another task may still join. */
  isOpen = true
  isReleasing = false
  readonly scope: Scope.Closeable
  readonly fiber: Fiber.Fiber<Context.Context<ROut>, E>
  readonly released: Deferred.Deferred<void> = Deferred.makeUnsafe()

  constructor(scope: Scope.Closeable, fiber: Fiber.Fiber<Context.Context<ROut>, E>) {
    this.scope = scope
    this.fiber = fiber
    fiber.addObserver((exit: Exit.Exit<unknown, unknown>) => {
      if (exit._tag === "Failure") this.isOpen = false
    })
  }

  get isBuilt(): boolean {
    return this.fiber.pollUnsafe()?._tag === "Success"
  }

  /** Stops the building, and releases what was built. */
  get release(): Effect.Effect<void> {
    return Effect.andThen(
      Fiber.interrupt(this.fiber),
      Effect.flatMap(Fiber.await(this.fiber), (exit) => Scope.close(this.scope, exit))
    )
  }
}

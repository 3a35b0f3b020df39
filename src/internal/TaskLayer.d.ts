import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
/**
 * The layer of a task module, shared by the tasks that run in this process.
 *
 * Built when the first of them needs it, kept while any of them runs, released when
 * the last one ends. There are never two at a time: what is built anew waits until
 * what was before is gone, as the two may want the same file or port.
 */
export declare class TaskLayer<ROut, E, RIn> {
  readonly layer: Layer.Layer<ROut, E, RIn>
  private latest
  private holders
  constructor(layer: Layer.Layer<ROut, E, RIn>)
  provideTo<A, E2, R>(effect: Effect.Effect<A, E2, R>): Effect.Effect<A, E | E2, RIn | Exclude<R, ROut>>
  private enter
  private build
  /** From now on, what was built is kept also while no task uses it. The result ends that. */
  hold(): Effect.Effect<void>
  private leave
  private releaseUnused
}

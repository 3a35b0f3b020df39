import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"

/** A sink for the elements of a stream. */
export interface ElementSink {
  /** Waits until there is room for an element. */
  readonly room: Effect.Effect<void>
  /** How many of so many elements there is room for. They are written next. */
  take(most: number): number
  /** Throws an error of this library for an element that cannot cross. The stream fails with it, after the elements before. */
  write(elements: ReadonlyArray<unknown>): void
}

/**
 * Reads a stream to its end, as there is room. It pulls only when there is room, so only the rest of a chunk can be ahead of the reader's
 * buffer.
 */
export const writeStream = <E, R>(
  stream: Stream.Stream<unknown, E, R>,
  sink: ElementSink
): Effect.Effect<void, unknown, R> => {
  const rest = (chunk: ReadonlyArray<unknown>, from: number): Effect.Effect<void, unknown> =>
    Effect.suspend(() => {
      let at = from
      while (at < chunk.length) {
        const count = sink.take(chunk.length - at)
        if (count === 0) return Effect.andThen(sink.room, rest(chunk, at))
        try {
          sink.write(at === 0 && count === chunk.length ? chunk : chunk.slice(at, at + count))
        } catch (error) {
          return Effect.fail(error)
        }
        at += count
      }
      return sink.room
    })
  return Effect.andThen(
    sink.room,
    Stream.runForEachArray(stream, (chunk) => rest(chunk, 0))
  )
}

import type * as Cause from "effect/Cause"
/**
 * A tagged error whose message is worked out from its fields when it is made.
 *
 * `Data.TaggedError` alone leaves the message empty, or asks every call site to
 * write it; and in a terminal it shows the fields without the message.
 */
export declare const describedError: <Tag extends string>(
  tag: Tag
) => <Fields extends object>(
  describe: (fields: Fields) => string
) => new (fields: Fields) => Cause.YieldableError & {
  readonly _tag: Tag
} & Readonly<Fields>

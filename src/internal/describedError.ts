import type * as Cause from "effect/Cause"
import * as Data from "effect/Data"

/**
 * A tagged error whose message is worked out from its fields when it is made.
 *
 * `Data.TaggedError` alone leaves the message empty, or asks every call site to
 * write it; and in a terminal it shows the fields without the message.
 */
export const describedError =
  <Tag extends string>(tag: Tag) =>
  <Fields extends object>(
    describe: (fields: Fields) => string
  ): new (fields: Fields) => Cause.YieldableError & { readonly _tag: Tag } & Readonly<Fields> => {
    class Described extends Data.TaggedError(tag)<{ readonly message: string }> {
      constructor(fields: Fields) {
        super({ ...fields, message: describe(fields) })
      }
      [Symbol.for("nodejs.util.inspect.custom")](): string {
        return this.stack ?? `${this.name}: ${this.message}`
      }
    }
    // The fields are on the instance, where `Data.TaggedError` puts them. Its type cannot say that for a type parameter.
    return Described as unknown as new (
      fields: Fields
    ) => Cause.YieldableError & { readonly _tag: Tag } & Readonly<Fields>
  }

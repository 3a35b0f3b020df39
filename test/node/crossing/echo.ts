import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Task } from "effect-futures"
import { isSame } from "./isSame.ts"
import { crossing, refused, unclonable } from "./values.ts"

/** Fails with whatever it is given, in a field. */
export class Failed extends Data.TaggedError("Failed")<{ readonly value: unknown }> {}

const functions = {
  /** Returns its argument in an object. */
  echo: (value: unknown): { readonly value: unknown } => ({ value }),
  /** Fails with its argument in the field of an error. */
  fail: (value: unknown) => Effect.fail(new Failed({ value })),
  /** Whether the argument is equal to the value of that name, made there. */
  isSame: (name: string, value: unknown): boolean => isSame(value, crossing[name]!()),
  giveRefused: (name: string): unknown => ({ list: [1, refused[name]![0]()] }),
  giveUnclonable: (name: string): unknown => [Buffer.from("a"), { list: [1, unclonable[name]!()] }],
  failWithRefused: (name: string) => Effect.suspend(() => Effect.fail(refused[name]![0]())),
  failRefused: (name: string) => Effect.fail(new Failed({ value: { list: [1, refused[name]![0]()] } }))
}

export const Echo = Task.module(import.meta.url, functions)

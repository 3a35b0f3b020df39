import type * as Effect from "effect/Effect"

/** Where a program can be imported from. */
export interface Place {
  readonly url: string
  readonly name: string
}

type Program = Effect.Effect<unknown, unknown, never>

const places = new WeakMap<object, Place>()

export const markExported = (program: object, place: Place): void => void places.set(program, place)

/** Where the program is exported, if that was declared. */
export const placeOf = (program: object): Place | undefined => places.get(program)

/** The program that the module exports under this name. */
export const importProgram = async ({ name, url }: Place): Promise<Program> => {
  const exports: Readonly<Record<string, unknown>> = await import(url)
  const program = exports[name]
  const place = typeof program === "object" && program !== null ? placeOf(program) : undefined
  if (place?.url === url && place.name === name) return program as Program
  throw new Error(`${url} does not export ${name} as it was given to Interleave.exported.`)
}

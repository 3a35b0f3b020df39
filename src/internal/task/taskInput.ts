import { hasProperty } from "../hasProperty.ts"
import { InvalidOptionsError } from "../../Errors.ts"

// Checks of the arguments of `Task.module` and `Task.fn`. They throw, because a file that defines tasks can report an error only to its
// importers.

export const checkUrl = (url: unknown): void => {
  if (typeof url === "string" && URL.canParse(url)) return
  throw new InvalidOptionsError({ option: "url", value: url, expected: "an absolute URL: import.meta.url" })
}

/** The names of the functions in the record. */
export const checkedNames = (fns: unknown): ReadonlyArray<string> => {
  if (!isPlainObject(fns)) {
    // A function that instances inherit from a class would not be found.
    throw new InvalidOptionsError({ option: "fns", value: fns, expected: "a plain object of functions" })
  }
  const names = Reflect.ownKeys(fns).filter((name) => Object.prototype.propertyIsEnumerable.call(fns, name))
  if (names.length === 0) {
    throw new InvalidOptionsError({ option: "fns", value: fns, expected: "at least one function" })
  }
  return names.map(checkedName)
}

const checkedName = (name: string | symbol): string => {
  if (typeof name === "symbol") {
    throw new InvalidOptionsError({ option: "fns", value: name, expected: "names that are strings, not symbols" })
  }
  if (name === "then") {
    const expected = `another name, because await takes an object with a function "then" for a promise`
    throw new InvalidOptionsError({ option: "fns", value: name, expected })
  }
  return name
}

export const checkId = (id: unknown): void => {
  if (id === undefined || (typeof id === "string" && /^[\w.-]+$/.test(id))) return
  const expected = `a name of letters, digits, ".", "-" and "_", such as "images"`
  throw new InvalidOptionsError({ option: "id", value: id, expected })
}

export const checkedFunction = (option: string, value: unknown): Function => {
  if (typeof value === "function") return value
  throw new InvalidOptionsError({ option, value, expected: "a function" })
}

export const checkLayer = (layer: unknown): void => {
  // `Layer.isLayer` would load most of Effect, which a worker whose functions are plain does not need.
  if (layer === undefined || hasProperty(layer, "~effect/Layer")) return
  throw new InvalidOptionsError({ option: "layer", value: layer, expected: "a Layer" })
}

export const checkInstances = (instances: unknown = "refuse"): "refuse" | "plain" => {
  if (instances === "refuse" || instances === "plain") return instances
  throw new InvalidOptionsError({ option: "instances", value: instances, expected: '"refuse" or "plain"' })
}

export const checkSchema = (option: string, value: unknown): void => {
  // `Schema.isSchema` would load all of Schema, which takes as long as the rest of a worker's start.
  if (hasProperty(value, "ast")) return
  throw new InvalidOptionsError({ option, value, expected: "a Schema" })
}

export const checkArgs = (args: unknown): void => {
  if (!Array.isArray(args)) {
    throw new InvalidOptionsError({
      option: "args",
      value: args,
      expected: "an array with a Schema for each parameter"
    })
  }
  args.forEach((schema, index) => checkSchema(`args[${index}]`, schema))
}

const isPlainObject = (u: unknown): u is object => {
  if (typeof u !== "object" || u === null) return false
  const prototype: unknown = Object.getPrototypeOf(u)
  return prototype === null || prototype === Object.prototype
}

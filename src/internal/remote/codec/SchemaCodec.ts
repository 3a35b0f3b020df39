import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"
import * as SchemaParser from "effect/SchemaParser"
import { declarationId } from "../../effectInternals.ts"

// This file loads all of Schema, which takes as long as the rest of a worker's start. So it is imported only if a function has Schemas.

/** Encodes to values that structured clone copies, and back. Both throw an error that says what does not fit. */
export interface SchemaCodec {
  readonly encode: (value: unknown) => unknown
  readonly decode: (encoded: unknown) => unknown
}

export const makeSchemaCodec = (schema: Schema.ConstraintCodec<unknown, unknown>): SchemaCodec => {
  // The encoded form of a Schema may not be plain data: that of an Option contains Options. Then its JSON form crosses.
  const crossing = isPlain(SchemaAST.toEncoded(schema.ast), new Set()) ? schema : Schema.toCodecJson(schema)
  return {
    encode: orThrow(SchemaParser.encodeUnknownExit(crossing)),
    decode: orThrow(SchemaParser.decodeUnknownExit(crossing))
  }
}

const format = SchemaIssue.makeFormatterDefault()

const orThrow =
  (parse: ReturnType<typeof SchemaParser.encodeUnknownExit>) =>
  (input: unknown): unknown => {
    const exit = parse(input)
    if (exit._tag === "Success") return exit.value
    const reason = exit.cause.reasons[0]
    if (reason?._tag === "Fail") throw new TypeError(format(reason.error))
    throw reason?._tag === "Die" ? reason.defect : new TypeError("the Schema was interrupted")
  }

// Declarations whose values structured clone copies completely.
const plainDeclarations = new Set(
  ["Uint8Array", "Date", "RegExp", "ReadonlyMap", "ReadonlySet", "Json"].map((name) => `effect/schema/${name}`)
)

/** Whether structured clone copies all values of an encoded AST completely. */
const isPlain = (ast: SchemaAST.AST, seen: Set<SchemaAST.AST>): boolean => {
  if (seen.has(ast)) return true
  seen.add(ast)
  const recur = (part: SchemaAST.AST) => isPlain(part, seen)
  switch (ast._tag) {
    case "Declaration":
      return plainDeclarations.has(declarationId(ast) ?? "") && ast.typeParameters.every(recur)
    case "Symbol":
    case "UniqueSymbol":
      return false
    case "Arrays":
      return ast.elements.every(recur) && ast.rest.every(recur)
    case "Objects":
      return (
        ast.propertySignatures.every(({ name, type }) => typeof name === "string" && recur(type)) &&
        ast.indexSignatures.every(({ parameter, type }) => recur(parameter) && recur(type))
      )
    case "Union":
      return ast.types.every(recur)
    case "Suspend":
      return recur(ast.thunk())
    default:
      return true
  }
}

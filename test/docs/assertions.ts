import { parseAst } from "vitest/node"

/** A `// => value` comment, and the part of the code before it whose value it states. */
export interface Assertion {
  /** The comment's line in the code, counted from 0. */
  readonly line: number
  /** The text after the arrow. */
  readonly expected: string
}

export interface Transformed {
  readonly code: string
  readonly assertions: ReadonlyArray<Assertion>
}

/** A `// =>` that follows no statement. */
export class MisplacedAssertionError extends Error {
  readonly line: number
  constructor(line: number) {
    super(`no statement ends before this "// =>", so it states nothing`)
    this.line = line
  }
}

/**
 * Turns each `expression // => value` of a block into a call of the block's `__docs`
 * (see Expectations.ts). Every line keeps its number.
 *
 * The arrow belongs to the statement that ends before it: an expression, a `return`, or
 * a `const` whose initial value is meant. It may stand on the next line, and go on
 * over further comment lines that are indented deeper.
 */
export const transformAssertions = (code: string): Transformed => {
  const program: unknown = parseAst(code, { lang: "ts" })
  const comments = arrowComments(code, program)
  const values = statementValues(program)
  const edits: Array<readonly [at: number, end: number, text: string]> = []

  comments.forEach((comment, id) => {
    const value = values
      .filter((value) => value.end <= comment.at && /^[\s;)]*$/.test(code.slice(value.end, comment.at)))
      // Of nested statements that end together, the innermost.
      .reduce<Value | undefined>((a, b) => (a === undefined || b.start >= a.start ? b : a), undefined)
    if (value === undefined || code.slice(value.end, comment.at).split("\n").length > 2) {
      throw new MisplacedAssertionError(comment.line)
    }
    const expected = isExpression(comment.expected) ? `() => (${comment.expected})` : "undefined"
    if (value.console !== undefined) {
      const open = code.indexOf("(", value.console.end) + 1
      edits.push([value.start, open, `__docs.printed(${id}, "${value.console.method}", ${expected}, `])
    } else {
      edits.push([value.start, value.start, `__docs.equal(${id}, ${expected}, (`])
      edits.push([value.end, value.end, "))"])
    }
  })

  const transformed = edits
    .toSorted((a, b) => b[0] - a[0])
    .reduce((text, [at, end, insert]) => text.slice(0, at) + insert + text.slice(end), code)
  return { code: transformed, assertions: comments }
}

interface Comment extends Assertion {
  readonly at: number
}

const arrowComments = (code: string, program: unknown): ReadonlyArray<Comment> => {
  const texts = nodes(program).filter((node) => node.type === "Literal" || node.type === "TemplateElement")
  const lines = code.split("\n")
  return [...code.matchAll(/\/\/ ?=>(?=([^\n]*))/g)]
    .filter((arrow) => !texts.some((text) => text.start < arrow.index && arrow.index < text.end))
    .map((arrow) => {
      const line = code.slice(0, arrow.index).split("\n").length - 1
      const expected = [arrow[1]!.trim()]
      for (let next = line + 1; /^\s*\/\/ {2,}\S/.test(lines[next] ?? ""); next++) {
        expected.push(lines[next]!.trim().slice(2).trim())
      }
      return { line, at: arrow.index, expected: expected.join(" ") }
    })
}

interface Value {
  readonly start: number
  readonly end: number
  readonly console: { readonly method: string; readonly end: number } | undefined
}

const statementValues = (program: unknown): ReadonlyArray<Value> =>
  nodes(program).flatMap((node) => {
    const value =
      node.type === "ExpressionStatement"
        ? node["expression"]
        : node.type === "ReturnStatement"
          ? node["argument"]
          : node.type === "VariableDeclaration"
            ? (node["declarations"] as ReadonlyArray<Node>).at(-1)?.["init"]
            : undefined
    return isNode(value) ? [{ start: value.start, end: value.end, console: consoleCall(value) }] : []
  })

const consoleCall = (node: Node): Value["console"] => {
  const callee = node["callee"]
  if (node.type !== "CallExpression" || !isNode(callee) || callee.type !== "MemberExpression") {
    return undefined
  }
  const object = callee["object"] as Node
  const property = callee["property"] as Node
  return object["name"] === "console" && ["log", "info", "warn", "error", "debug"].includes(property["name"] as string)
    ? { method: property["name"] as string, end: callee.end }
    : undefined
}

// A text that is not an expression, or a list of several, is compared as text.
const isExpression = (text: string): boolean => {
  try {
    return !nodes(parseAst(`(${text})`, { lang: "ts" })).some((node) => node.type === "SequenceExpression")
  } catch {
    return false
  }
}

interface Node {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).type === "string"

const nodes = (value: unknown): ReadonlyArray<Node> => {
  if (Array.isArray(value)) {
    return value.flatMap(nodes)
  }
  return isNode(value) ? [value, ...Object.values(value).flatMap(nodes)] : []
}

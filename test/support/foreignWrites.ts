import * as path from "node:path"
import { type Identifier, type Node, type SourceFile, SyntaxKind } from "typescript/unstable/ast"
import * as is from "typescript/unstable/ast/is"
import { API } from "typescript/unstable/sync"

/** A place where a file writes a field of an object of a class that is in another file. */
export interface ForeignWrite {
  readonly owner: string
  readonly field: string
  readonly place: string
}

/** All foreign writes in the files of the project whose paths begin so. */
export const foreignWrites = (root: string, config: string, folder: string): ReadonlyArray<ForeignWrite> => {
  const api = new API({ cwd: root })
  try {
    const project = api.updateSnapshot({ openProjects: [path.join(root, config)] }).getProjects()[0]!
    const { checker, program } = project
    const targets = program
      .getSourceFileNames()
      .filter((name) => name.startsWith(path.join(root, folder)))
      .flatMap((name) => {
        const file = program.getSourceFile(name)!
        return writtenFields(file).map((node) => ({ file, node }))
      })
    const symbols = checker.getSymbolAtLocation(targets.map(({ node }) => node))
    return targets.flatMap(({ file, node }, index) => {
      const field = symbols[index]?.valueDeclaration?.resolve(project)
      const owner = field?.parent
      if (field === undefined || owner === undefined || !is.isClassLikeDeclaration(owner)) return []
      if (owner.getSourceFile() === file) return []
      const line = file.text.slice(0, node.pos).split("\n").length
      const place = `${path.relative(root, file.fileName)}:${line}`
      return [{ owner: owner.name?.text ?? "", field: node.text, place }]
    })
  } finally {
    api.close()
  }
}

/** The names of fields that are assigned, counted or deleted, but for those of `this`. */
const writtenFields = (file: SourceFile): ReadonlyArray<Identifier> => {
  const found: Array<Identifier> = []
  const visit = (node: Node): void => {
    const target = targetOf(node)
    const isField = target !== undefined && is.isPropertyAccessExpression(target)
    if (isField && target.expression.kind !== SyntaxKind.ThisKeyword && is.isIdentifier(target.name))
      found.push(target.name)
    node.forEachChild(visit)
  }
  visit(file)
  return found
}

const targetOf = (node: Node): Node | undefined => {
  if (is.isBinaryExpression(node)) {
    const { kind } = node.operatorToken
    return kind >= SyntaxKind.FirstAssignment && kind <= SyntaxKind.LastAssignment ? node.left : undefined
  }
  if (is.isPrefixUnaryExpression(node) || is.isPostfixUnaryExpression(node)) {
    const isCount = node.operator === SyntaxKind.PlusPlusToken || node.operator === SyntaxKind.MinusMinusToken
    return isCount ? node.operand : undefined
  }
  return is.isDeleteExpression(node) ? node.expression : undefined
}

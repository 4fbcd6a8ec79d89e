/**
 * How a file writes what the DSL has: under the names that it imports it by.
 */
import { type ImportSpecifier, Node, Project, type SourceFile } from "ts-morph"
import type { Edit } from "../lint/Edit.ts"
import * as Names from "../lint/Names.ts"
import * as Lists from "./Lists.ts"

/** Reads an expression as the notation writes it. */
export const parse = (expression: string): Node => {
  const project = new Project({ useInMemoryFileSystem: true, skipFileDependencyResolution: true, skipLoadingLibFiles: true })
  const [statement] = project.createSourceFile("notation.ts", `(${expression})`).getStatements()
  if (!Node.isExpressionStatement(statement)) throw new Error(`${expression} is no expression`)
  return Names.bare(statement.getExpression())
}

const valueImports = (source: SourceFile) => source.getImportDeclarations().filter((declaration) => !declaration.isTypeOnly())

const specifiersOf = (source: SourceFile): ReadonlyArray<ImportSpecifier> =>
  valueImports(source).flatMap((declaration) => declaration.getNamedImports()).filter((one) => !one.isTypeOnly())

const isWhole = (node: Node): boolean => {
  const name = Names.nameOf(node)
  return name?.module === "ballast" && name.path.length === 0
}

/** Finds the name that a file has for an export of "ballast"; null where it imports it under none. */
const localOf = (source: SourceFile, name: string): string | null => {
  const specifier = specifiersOf(source).map((one) => one.getAliasNode() ?? one.getNameNode())
    .find((node) => Names.isOf(node, "ballast", name))
  if (specifier !== undefined) return specifier.getText()
  const whole = valueImports(source).flatMap((declaration) => declaration.getNamespaceImport() ?? []).find(isWhole)
  return whole === undefined ? null : `${whole.getText()}.${name}`
}

/** Lists the names of the DSL that an expression begins its properties with. */
const rootsOf = (expression: Node): ReadonlyArray<Node> =>
  [expression, ...expression.forEachDescendantAsArray()].filter((node) => {
    const parent = node.getParent()
    return Node.isIdentifier(node) && Node.isPropertyAccessExpression(parent) && parent.getExpression() === node
  })

/** Writes an expression of the notation as a file does. */
export const write = (source: SourceFile, expression: Node): string => {
  const start = expression.getStart()
  let at = 0
  const text = expression.getText()
  const pieces = rootsOf(expression).map((root) => {
    const piece = text.slice(at, root.getStart() - start) + (localOf(source, root.getText()) ?? root.getText())
    at = root.getEnd() - start
    return piece
  })
  return pieces.join("") + text.slice(at)
}

/** Lists the names of the DSL that an expression needs, and that a file does not import. */
export const missing = (source: SourceFile, expression: Node): ReadonlyArray<string> =>
  rootsOf(expression).map((root) => root.getText()).filter((name) => localOf(source, name) === null)

const isOrdered = (names: ReadonlyArray<string>): boolean =>
  names.every((name, index) => index === 0 || (names[index - 1] ?? "") < name)

/**
 * Adds names to a file's import of "ballast", in their order where it has one. Null where there is no such import, or
 * where a name stands for something else.
 */
export const importing = (source: SourceFile, names: ReadonlyArray<string>): ReadonlyArray<Edit> | null => {
  const wanted = [...new Set(names)].toSorted()
  if (wanted.length === 0) return []
  const specifiers = valueImports(source).filter((declaration) => declaration.getModuleSpecifierValue() === "ballast")
    .map((declaration) => declaration.getNamedImports()).find((named) => named.length > 0)
  if (specifiers === undefined || wanted.some((name) => source.getLocal(name) !== undefined)) return null
  const ordered = isOrdered(specifiers.map((one) => one.getName()))
  const places = Map.groupBy(wanted, (name) => ordered ? specifiers.find((one) => one.getName() > name) : undefined)
  return [...places].flatMap(([next, added]) => next === undefined ? Lists.append(specifiers, added) : [Lists.before(next, added)])
}

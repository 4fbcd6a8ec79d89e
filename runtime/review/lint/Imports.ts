/**
 * What a file imports, in every way in which it can.
 */
import { Node, type SourceFile, SyntaxKind } from "ts-morph"
import { type Range, rangeOf } from "./Edit.ts"
import * as Names from "./Names.ts"

export interface Import {
  readonly specifier: string
  readonly at: Range
  /** Whether the compiler alone looks at it. */
  readonly typeOnly: boolean
  /** Whether nothing is taken of it, so that it is run for what it does. */
  readonly bare: boolean
  /** Where it lies, as a file of the program; null for a package and for what is not there. */
  readonly target: SourceFile | null
}

const given = (node: Node, options: Partial<Import> = {}): ReadonlyArray<Import> => {
  const specifier = Names.textOf(node)
  return specifier === null ? [] : [{ specifier, at: rangeOf(node), typeOnly: false, bare: false, target: null, ...options }]
}

const ofDeclaration = (node: Node): ReadonlyArray<Import> => {
  if (!Node.isImportDeclaration(node) && !Node.isExportDeclaration(node)) return []
  const specifier = node.getModuleSpecifier()
  const named = Node.isImportDeclaration(node) ? node.getNamedImports() : node.getNamedExports()
  const others = Node.isImportDeclaration(node)
    ? node.getDefaultImport() !== undefined || node.getNamespaceImport() !== undefined
    : node.isNamespaceExport() || node.getNamespaceExport() !== undefined
  return specifier === undefined ? [] : given(specifier, {
    typeOnly: node.isTypeOnly() || named.length > 0 && !others && named.every((one) => one.isTypeOnly()),
    bare: Node.isImportDeclaration(node) && node.getImportClause() === undefined,
    target: node.getModuleSpecifierSourceFile() ?? null
  })
}

const ofCall = (node: Node): ReadonlyArray<Import> => {
  if (!Node.isCallExpression(node)) return []
  const callee = node.getExpression()
  const [argument] = node.getArguments()
  const isImport = callee.getKind() === SyntaxKind.ImportKeyword
    || Node.isIdentifier(callee) && Names.text(Names.nameOf(callee)) === "require"
  return isImport && argument !== undefined ? given(argument) : []
}

const ofEquals = (node: Node): ReadonlyArray<Import> => {
  const reference = Node.isImportEqualsDeclaration(node) ? node.getModuleReference() : undefined
  const specifier = Node.isExternalModuleReference(reference) ? reference.getExpression() : undefined
  return specifier === undefined ? [] : given(specifier)
}

/** Lists what a file imports, in its order; what is named by a text that is computed is not among it. */
export const of = (source: SourceFile): ReadonlyArray<Import> =>
  source.forEachDescendantAsArray().flatMap((node) => [...ofDeclaration(node), ...ofCall(node), ...ofEquals(node)])

/**
 * Where a module speaks of globals and of what other modules export.
 */
import { Node, type SourceFile, SyntaxKind } from "ts-morph"
import * as Literal from "./Literal.ts"
import * as Names from "./Names.ts"

/** A place that speaks of a name: an identifier with all that is taken of it, or one piece of a destructuring. */
export interface Reference {
  readonly node: Node
  readonly name: Names.Name
  /** The name that it begins with, where another place of the source gave it that. */
  readonly alias: Names.Name | null
}

/** Takes the parent of an expression that is wrapped in what only the compiler looks at. */
const outOf = (node: Node): Node => {
  const parent = node.getParent()
  return parent !== undefined && parent.getKind() !== node.getKind() && Names.bare(parent) === Names.bare(node)
    ? outOf(parent)
    : node
}

/** Takes as many properties of an expression as the source does, as long as their names are plain. */
const chainOf = (node: Node): Node => {
  const whole = outOf(node)
  const parent = whole.getParent()
  const isTaken = (Node.isPropertyAccessExpression(parent) || Node.isElementAccessExpression(parent))
    && parent.getExpression() === whole && Names.propertyOf(parent) !== null
  return isTaken ? chainOf(parent) : node
}

/** Tells whether an identifier is looked up where it stands, rather than names a property, a label or a declaration. */
const isLookedUp = (node: Node): boolean => {
  const parent = node.getParent()
  if (Node.isShorthandPropertyAssignment(parent)) return true
  if (Node.isMetaProperty(parent) || Node.isExportSpecifier(parent) || Node.isLabeledStatement(parent)) return false
  if (Node.isBreakStatement(parent) || Node.isContinueStatement(parent)) return false
  if (Node.isBindingElement(parent) && parent.getPropertyNameNode() === node) return false
  return parent !== undefined && !(Node.hasName(parent) && parent.getNameNode() === node)
}

/** Tells whether the compiler alone looks at a node; an import is looked at where it is used. */
const isErased = (node: Node): boolean =>
  Node.isTypeNode(node) && !Node.isExpressionWithTypeArguments(node) || Node.isInterfaceDeclaration(node)
  || Node.isTypeAliasDeclaration(node) || Node.isImportDeclaration(node)

/** Tells whether a name was given its meaning by a variable, here or in another file of the program. */
const isGiven = (declaration: Node): boolean =>
  (Node.isVariableDeclaration(declaration) || Node.isBindingElement(declaration)) && !Names.isAmbient(declaration)
  || declaration.getFirstAncestorByKind(SyntaxKind.ImportDeclaration)?.getModuleSpecifierSourceFile() !== undefined

/** Finds the first of what a chain takes that stands for a name. */
const firstNamed = (node: Node, whole: Node): Reference["alias"] => {
  const name = Names.nameOf(node)
  const parent = node.getParent()
  if (name !== null) return name
  return node === whole || parent === undefined ? null : firstNamed(parent, whole)
}

/** Says what a chain begins with where a variable has it from elsewhere; null where it is a global's or an import's own. */
const aliasOf = (root: Node, whole: Node): Reference["alias"] =>
  Names.symbolOf(root)?.getDeclarations().some(isGiven) === true ? firstNamed(root, whole) : null

const ofIdentifier = (root: Node): Reference | null => {
  const node = chainOf(root)
  const name = Names.nameOf(node)
  return name === null ? null : { node, name, alias: aliasOf(root, node) }
}

/** A piece of a destructuring is given by what is destructured. */
const ofBinding = (node: Node): Reference | null => {
  const name = Names.nameOf(node)
  return name === null || !Node.isBindingElement(node) ? null : { node, name, alias: null }
}

/** `({ random } = Math)` takes what it names, as a destructuring does that declares it. */
const ofAssigned = (node: Node): ReadonlyArray<Reference> => {
  if (!Node.isBinaryExpression(node) || node.getOperatorToken().getKind() !== SyntaxKind.EqualsToken) return []
  const pattern = Names.bare(node.getLeft())
  return !Node.isObjectLiteralExpression(pattern) ? [] : pattern.getProperties().flatMap((property) => {
    const key = Node.isSpreadAssignment(property) ? undefined : property.getNameNode()
    const text = key === undefined ? null : Literal.propertyName(key)
    const name = text === null ? null : Names.propertyNameOf(node.getRight(), text)
    return name === null ? [] : [{ node: property, name, alias: null }]
  })
}

/** Lists every place in a file that speaks of a global or of something that another module exports, in their order. */
export const of = (source: SourceFile): ReadonlyArray<Reference> => {
  const found: Array<Reference> = []
  source.forEachDescendant((node, traversal) => {
    if (isErased(node)) {
      traversal.skip()
      return
    }
    const reference = Node.isBindingElement(node) && Node.isObjectBindingPattern(node.getParent())
      ? ofBinding(node)
      : Node.isMetaProperty(node) || Node.isIdentifier(node) && isLookedUp(node)
      ? ofIdentifier(node)
      : null
    if (reference !== null) found.push(reference)
    found.push(...ofAssigned(node))
  })
  return found
}

/**
 * Chooses references. Where a variable was given what is looked for, the place that gave it is chosen, and those that
 * use the variable are not; `wanted` is asked about that place without its node.
 */
export const choose = (
  references: ReadonlyArray<Reference>,
  wanted: (name: Names.Name, node: Node | null) => boolean
): ReadonlyArray<Reference> =>
  references.filter(({ alias, name, node }) => wanted(name, node) && !(alias !== null && wanted(alias, null)))

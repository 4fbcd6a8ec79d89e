/**
 * Values that stand in the source as they are: text, numbers, and the properties of an object.
 */
import { Node, SyntaxKind } from "ts-morph"

/** Follows a name to what it was given. */
type Follow = (node: Node) => Node

const deepest = 50
const longest = 2000

const texts = new WeakMap<Node, string | null>()
const numbers = new WeakMap<Node, number | null>()

/** Reads every node once: constants that are made of each other many times over take no longer. */
const once = <A>(known: WeakMap<Node, A | null>, node: Node, read: () => A | null): A | null => {
  const before = known.get(node)
  if (before !== undefined) return before
  // What goes in circles finds this.
  known.set(node, null)
  const value = read()
  known.set(node, value)
  return value
}

const piecesOf = (node: Node): ReadonlyArray<Node | string> | null => {
  if (Node.isBinaryExpression(node) && node.getOperatorToken().getKind() === SyntaxKind.PlusToken) {
    return [node.getLeft(), node.getRight()]
  }
  return Node.isTemplateExpression(node)
    ? [
      node.getHead().getLiteralText(),
      ...node.getTemplateSpans().flatMap((span) => [span.getExpression(), span.getLiteral().getLiteralText()])
    ]
    : null
}

/** Reads text, also where it is put together of constant pieces; null where it depends on anything. */
export const text = (given: Node, follow: Follow, depth = 0): string | null => {
  const node = follow(given)
  return depth > deepest ? null : once(texts, node, () => {
    if (Node.isStringLiteral(node) || Node.isNoSubstitutionTemplateLiteral(node)) return node.getLiteralText()
    const value = number(node, follow, depth + 1)
    if (value !== null) return String(value)
    const pieces = piecesOf(node)?.map((piece) => typeof piece === "string" ? piece : text(piece, follow, depth + 1))
    if (pieces === undefined || pieces.includes(null)) return null
    const whole = pieces.join("")
    return whole.length > longest ? null : whole
  })
}

const operations: Readonly<Partial<Record<SyntaxKind, (left: number, right: number) => number>>> = {
  [SyntaxKind.PlusToken]: (left, right) => left + right,
  [SyntaxKind.MinusToken]: (left, right) => left - right,
  [SyntaxKind.AsteriskToken]: (left, right) => left * right,
  [SyntaxKind.SlashToken]: (left, right) => left / right,
  [SyntaxKind.AsteriskAsteriskToken]: (left, right) => left ** right
}

/** Reads a number, also where it is calculated from others; null where it depends on anything. */
export const number = (given: Node, follow: Follow, depth = 0): number | null => {
  const node = follow(given)
  return depth > deepest ? null : once(numbers, node, () => {
    if (Node.isNumericLiteral(node)) return Number(node.getText().replaceAll("_", ""))
    if (Node.isPrefixUnaryExpression(node) && node.getOperatorToken() === SyntaxKind.MinusToken) {
      const value = number(node.getOperand(), follow, depth + 1)
      return value === null ? null : -value
    }
    const operation = Node.isBinaryExpression(node) ? operations[node.getOperatorToken().getKind()] : undefined
    if (!Node.isBinaryExpression(node) || operation === undefined) return null
    const left = number(node.getLeft(), follow, depth + 1)
    const right = left === null ? null : number(node.getRight(), follow, depth + 1)
    return left === null || right === null ? null : operation(left, right)
  })
}

/** Reads a property's name as it is written; null where it is computed. */
export const propertyName = (node: Node): string | null => {
  if (Node.isIdentifier(node) || Node.isPrivateIdentifier(node)) return node.getText()
  if (Node.isStringLiteral(node) || Node.isNoSubstitutionTemplateLiteral(node)) return node.getLiteralText()
  return Node.isNumericLiteral(node) ? String(node.getLiteralValue()) : null
}

/** Finds the value of a property that an object literal plainly has; null where it has none, or that is not plain. */
export const valueAt = (object: Node, name: string): Node | null => {
  if (!Node.isObjectLiteralExpression(object)) return null
  for (const property of object.getProperties().toReversed()) {
    if (Node.isSpreadAssignment(property)) return null
    if (propertyName(property.getNameNode()) !== name) continue
    if (Node.isPropertyAssignment(property)) return property.getInitializer() ?? null
    return Node.isShorthandPropertyAssignment(property) ? property.getNameNode() : null
  }
  return null
}

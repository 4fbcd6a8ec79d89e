/**
 * Which expressions come to the same recipe, as far as the source shows it.
 */
import { Node, SyntaxKind } from "ts-morph"
import * as Declared from "./Declared.ts"
import * as Names from "./Names.ts"

const numbers = new Map<string, number>()

/** Numbers texts, so that what is made of alike pieces has a short name whatever its depth. */
const numberOf = (text: string): number => {
  const known = numbers.get(text)
  if (known !== undefined) return known
  numbers.set(text, numbers.size)
  return numbers.size - 1
}

const known = new WeakMap<Node, number>()
let others = 0

/** What may be another value each time is like nothing but itself. */
const unlike = (): number => numberOf(`? ${others++}`)

const fieldsText = (fields: ReadonlyMap<string, number>): string =>
  [...fields].toSorted(([left], [right]) => left < right ? -1 : 1).map(([name, like]) => `${JSON.stringify(name)}:${like}`).join(",")

const fieldsOf = (node: Node | undefined): ReadonlyMap<string, number> | null => {
  const { complete, entries } = node === undefined ? { complete: false, entries: [] } : Declared.entriesOf(node)
  return complete ? new Map(entries.map((entry) => [entry.name, of(entry.node)])) : null
}

/** Stands for all fields of a recipe that cannot be seen. */
const rest = "..."

/** Finds the fields that a recipe is made with, on top of another's; what it accepts trains nothing else. */
const recipeOf = (given: Node | undefined, depth = 0): ReadonlyMap<string, number> | null => {
  const call = given === undefined || depth > 50 ? undefined : Names.valueOf(given)
  if (call === undefined) return null
  if (!Node.isCallExpression(call)) return depth === 0 ? null : new Map([[rest, of(call)]])
  const [first, second] = call.getArguments()
  switch (Names.calledOfDsl(call)) {
    case "Recipe.make":
      return fieldsOf(first)
    case "Recipe.with":
    case "Recipe.withFields": {
      const before = recipeOf(first, depth + 1)
      const after = fieldsOf(second)
      return before === null || after === null ? null : new Map([...before, ...after])
    }
    default:
      if (Names.calledOfDsl(Names.bare(call.getExpression())) === "Recipe.accept") return recipeOf(first, depth + 1)
      return depth === 0 ? null : new Map([[rest, of(call)]])
  }
}

/** What a name stands for is not known, and is the same wherever it stands. */
const ofName = (node: Node): number => {
  const [declaration] = Names.symbolOf(node)?.getDeclarations() ?? []
  if (declaration === undefined) return numberOf(`name ${node.getText()}`)
  const before = known.get(declaration) ?? unlike()
  known.set(declaration, before)
  return before
}

const partsOf = (node: Node): ReadonlyArray<Node> => node.forEachChildAsArray()

const compared = (node: Node): number => {
  const recipe = recipeOf(node)
  if (recipe !== null) return recipe.size === 1 ? recipe.get(rest) ?? numberOf(`recipe ${fieldsText(recipe)}`) : numberOf(`recipe ${fieldsText(recipe)}`)
  if (Node.isObjectLiteralExpression(node)) {
    const fields = fieldsOf(node)
    return fields === null ? unlike() : numberOf(`object ${fieldsText(fields)}`)
  }
  const value = Names.numberOf(node)
  if (value !== null) return numberOf(`number ${value}`)
  const text = Names.textOf(node)
  if (text !== null) return numberOf(`text ${JSON.stringify(text)}`)
  const name = Names.nameOf(node)
  if (name?.module === "ballast") return numberOf(`ballast ${name.path.join(".")}`)
  const calls = Node.isCallExpression(node) ? Names.calledOfDsl(node) : null
  if (Node.isCallExpression(node) && calls !== null) return numberOf(`call ${calls} ${node.getArguments().map(of).join(",")}`)
  if (Node.isArrayLiteralExpression(node)) return numberOf(`array ${partsOf(node).map(of).join(",")}`)
  if (Node.isIdentifier(node)) return ofName(node)
  const isWord = [SyntaxKind.TrueKeyword, SyntaxKind.FalseKeyword, SyntaxKind.NullKeyword].includes(node.getKind())
  return isWord ? numberOf(node.getText()) : unlike()
}

/** Numbers an expression so that those of one number come to the same value. */
export const of = (given: Node): number => {
  const node = Names.valueOf(given)
  const before = known.get(node)
  if (before !== undefined) return before
  // What goes in circles is like nothing.
  known.set(node, unlike())
  const like = compared(node)
  known.set(node, like)
  return like
}

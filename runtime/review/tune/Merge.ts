/**
 * Making one expression come to what another one does, by as few edits as their likeness allows.
 */
import { Node, type SourceFile, SyntaxKind } from "ts-morph"
import { type Edit, rangeOf } from "../lint/Edit.ts"
import * as Literal from "../lint/Literal.ts"
import * as Names from "../lint/Names.ts"
import * as Place from "./Place.ts"
import * as Spelling from "./Spelling.ts"

/** Tells whether a property's name is its value as well, as in `{ name }`. */
export const isShorthand = (node: Node): boolean => Node.isShorthandPropertyAssignment(node.getParent())

const replace = (node: Node, text: string): Edit => ({
  ...rangeOf(node),
  text: isShorthand(node) ? `${node.getText()}: ${text}` : text
})

/** Edits, and the names of the DSL that they need and the file does not import. */
export interface Written {
  readonly edits: ReadonlyArray<Edit>
  readonly missing: ReadonlyArray<string>
}

const nothing: Written = { edits: [], missing: [] }

/** Puts edits together. */
export const joined = (parts: ReadonlyArray<Written>): Written => ({
  edits: parts.flatMap(({ edits }) => edits),
  missing: parts.flatMap(({ missing }) => missing)
})

const words = [SyntaxKind.TrueKeyword, SyntaxKind.FalseKeyword, SyntaxKind.NullKeyword]

const isAlike = (node: Node, wanted: Node): boolean => {
  const number = Names.numberOf(wanted)
  if (number !== null) return Names.numberOf(node) === number
  const text = Names.textOf(wanted)
  if (text !== null) return Names.textOf(node) === text
  if (words.includes(wanted.getKind())) return node.getKind() === wanted.getKind()
  return Node.isPropertyAccessExpression(wanted) && Names.isOf(node, "ballast", wanted.getText())
}

type Values = ReadonlyMap<string, Node>

/** Reads an object whose properties are all written out; null for any other. */
const valuesOf = (object: Node): Values | null => {
  if (!Node.isObjectLiteralExpression(object)) return null
  const values = new Map<string, Node>()
  for (const property of object.getProperties()) {
    const name = Node.isPropertyAssignment(property) || Node.isShorthandPropertyAssignment(property)
      ? Literal.propertyName(property.getNameNode())
      : null
    const value = Node.isPropertyAssignment(property) ? property.getInitializer() : undefined
    if (name === null || values.has(name)) return null
    values.set(name, value ?? (property as { getNameNode(): Node } & Node).getNameNode())
  }
  return values
}

type Pair = readonly [node: Node, wanted: Node]

/** Pairs the parts of two expressions; null where one has a part that the other lacks. */
const partsOf = (node: Node, wanted: Node): ReadonlyArray<Pair> | null => {
  const [present, others] = [valuesOf(node), valuesOf(wanted)]
  if (present !== null && others !== null) {
    // What is written out beyond that may be a default, which the notation leaves out.
    const pairs = [...others].flatMap(([name, value]): ReadonlyArray<Pair> => {
      const before = present.get(name)
      return before === undefined ? [] : [[before, value]]
    })
    return pairs.length === others.size ? pairs : null
  }
  const calls = Node.isCallExpression(node) && Node.isCallExpression(wanted)
    && Names.calledOfDsl(node) === wanted.getExpression().getText()
  const [before, after] = calls
    ? [node.getArguments(), wanted.getArguments()]
    : Node.isArrayLiteralExpression(node) && Node.isArrayLiteralExpression(wanted)
    ? [node.getElements(), wanted.getElements()]
    : [[], null]
  return after === null || before.length !== after.length || before.some((part) => Node.isSpreadElement(part))
    ? null
    : before.map((part, index): Pair => [part, after[index] as Node])
}

/** Puts an expression of the notation in another's place as a whole. */
export const whole = (source: SourceFile, node: Node, wanted: Node): Written => ({
  edits: [replace(node, Spelling.write(source, wanted))],
  missing: Spelling.missing(source, wanted)
})

/** Changes those parts of an expression alone that an expression of the notation has otherwise. */
export const parts = (source: SourceFile, given: Node, wanted: Node): Written => {
  const node = Names.bare(given)
  if (isAlike(node, wanted)) return nothing
  const value = Node.isIdentifier(node) ? Place.ownValueOf(node) : null
  if (value !== null) return parts(source, value, wanted)
  const pairs = partsOf(node, wanted)
  return pairs === null ? whole(source, given, wanted) : joined(pairs.map(([part, other]) => parts(source, part, other)))
}

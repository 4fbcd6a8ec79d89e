/**
 * Experiments as their source declares them, as far as that can be read without running it.
 */
import { type CallExpression, Node, type ObjectLiteralExpression, type SourceFile, SyntaxKind } from "ts-morph"
import * as Literal from "./Literal.ts"
import * as Names from "./Names.ts"

/** Something that has a name, and the place that gives it its value. */
export interface Entry {
  readonly name: string
  readonly node: Node
  /** Where it is written down. */
  readonly at: Node
}

/** What can be read of an object; `complete` where that is all of it. */
export interface Entries {
  readonly entries: ReadonlyArray<Entry>
  readonly complete: boolean
}

/** One field of an object: its value, or whether it is known not to be there. */
export type Field = { readonly _tag: "Given"; readonly node: Node } | { readonly _tag: "Missing" } | { readonly _tag: "Unknown" }

/** A call of `Experiment.make`. */
export interface Declared {
  readonly call: CallExpression
  /** Null where the name is computed. */
  readonly name: { readonly text: string; readonly node: Node } | null
  /** Null where it cannot be seen in the source. */
  readonly definition: ObjectLiteralExpression | null
  /** Whether it is made as soon as the file is imported. */
  readonly atImport: boolean
}

const spread = (object: ObjectLiteralExpression, open: ReadonlySet<Node>): Entries => {
  let complete = true
  const found = new Map<string, Entry>()
  const add = (entry: Entry): void => {
    found.delete(entry.name)
    found.set(entry.name, entry)
  }
  for (const property of object.getProperties()) {
    if (Node.isSpreadAssignment(property)) {
      const inner = Names.valueOf(property.getExpression())
      const known = Node.isObjectLiteralExpression(inner) && !open.has(inner) ? spread(inner, new Set([...open, inner])) : null
      for (const entry of known?.entries ?? []) add(entry)
      complete &&= known?.complete === true
      continue
    }
    const key = property.getNameNode()
    const name = Node.isComputedPropertyName(key) ? Names.textOf(key.getExpression()) : Literal.propertyName(key)
    const node = Node.isPropertyAssignment(property) ? property.getInitializer() : property
    if (name === null || node === undefined) complete = false
    else add({ name, at: property, node: Node.isShorthandPropertyAssignment(node) ? node.getNameNode() : node })
  }
  return { entries: [...found.values()], complete }
}

/** Lists the properties of an object, those of objects that are spread into it among them. */
export const entriesOf = (node: Node): Entries => {
  const object = Names.valueOf(node)
  return Node.isObjectLiteralExpression(object) ? spread(object, new Set([object])) : { entries: [], complete: false }
}

/** Finds a field of an object. */
export const field = (object: Node, name: string): Field => {
  const { complete, entries } = entriesOf(object)
  const found = entries.find((entry) => entry.name === name)
  if (found !== undefined) return { _tag: "Given", node: found.node }
  return { _tag: complete ? "Missing" : "Unknown" }
}

/** Lists the elements of an array that is written out; null where it is not, or has others spread into it. */
export const elementsOf = (node: Node): ReadonlyArray<Node> | null => {
  const array = Names.valueOf(node)
  if (!Node.isArrayLiteralExpression(array)) return null
  const elements = array.getElements()
  return elements.some((element) => Node.isSpreadElement(element)) ? null : elements
}

/** The functions that a node lies in, from the inside. */
const functionsAround = (node: Node): ReadonlyArray<Node> =>
  node.getAncestors().filter((ancestor) => Node.isFunctionLikeDeclaration(ancestor) || Node.isFunctionExpression(ancestor))

/** Tells whether a node is run as soon as its file is imported. */
export const isAtImport = (node: Node): boolean =>
  functionsAround(node).every((around) => {
    const whole = around.getParentWhile((parent) => Node.isParenthesizedExpression(parent)) ?? around
    const parent = whole.getParent()
    return Node.isCallExpression(parent) && parent.getExpression() === whole
  })

/** Finds the object that a function gives back, where it gives back one alone. */
const returnedBy = (node: Node): Node | null => {
  if (!Node.isFunctionExpression(node) && !Node.isArrowFunction(node)) return null
  const body = node.getBody()
  if (!Node.isBlock(body)) return body
  const returns = body.getDescendantsOfKind(SyntaxKind.ReturnStatement)
    .filter((statement) => functionsAround(statement)[0] === node)
  return returns.length === 1 ? returns[0]?.getExpression() ?? null : null
}

/** Finds the object that a definition is, or that its Effect comes to. */
const definitionOf = (given: Node | undefined): ObjectLiteralExpression | null => {
  if (given === undefined) return null
  const node = Names.valueOf(given)
  if (Node.isObjectLiteralExpression(node)) return node
  if (!Node.isCallExpression(node)) return null
  const [argument] = node.getArguments()
  const of = (name: string): boolean => Names.isOf(node.getExpression(), "effect", `Effect.${name}`)
  const inner = of("succeed") ? argument : of("gen") && argument !== undefined ? returnedBy(argument) : null
  const value = inner === null || inner === undefined ? null : Names.valueOf(inner)
  return Node.isObjectLiteralExpression(value ?? undefined) ? value as ObjectLiteralExpression : null
}

const declared = (call: CallExpression): Declared => {
  const [name, definition] = call.getArguments()
  const text = name === undefined ? null : Names.textOf(name)
  return {
    call,
    name: name === undefined || text === null ? null : { text, node: name },
    definition: definitionOf(definition),
    atImport: isAtImport(call)
  }
}

/** Lists the experiments that a file makes. */
export const of = (source: SourceFile): ReadonlyArray<Declared> =>
  source.getDescendantsOfKind(SyntaxKind.CallExpression)
    .filter((call) => Names.calledOfDsl(call) === "Experiment.make")
    .map(declared)

/** Finds the arms that an experiment declares. */
export const armsOf = ({ definition }: Declared): Entries => {
  const arms = definition === null ? null : field(definition, "arms")
  return arms?._tag === "Given" ? entriesOf(arms.node) : { entries: [], complete: false }
}

/** An expectation's words of an arm. */
export interface Spoken {
  readonly arm: string
  readonly at: Node
}

/** What can be read of expectations; `complete` where that is all that they say of arms. */
export interface Said {
  readonly spoken: ReadonlyArray<Spoken>
  readonly complete: boolean
}

const unread: Said = { spoken: [], complete: false }

const both = (parts: ReadonlyArray<Said>): Said => ({
  spoken: parts.flatMap(({ spoken }) => spoken),
  complete: parts.every(({ complete }) => complete)
})

const armIn = (argument: Node | undefined): Said => {
  const arm = argument === undefined ? null : Names.textOf(argument)
  return arm === null || argument === undefined ? unread : { spoken: [{ arm, at: argument }], complete: true }
}

/** What an arm is compared with: another, or a number. */
const otherIn = (argument: Node | undefined): Said =>
  argument !== undefined && Names.numberOf(argument) !== null ? { spoken: [], complete: true } : armIn(argument)

/** Finds the arms that an expectation speaks of. */
const spokenIn = (expectation: Node): Said => {
  const call = Names.valueOf(expectation)
  if (!Node.isCallExpression(call)) return unread
  const [argument] = call.getArguments()
  if (Names.calledOfDsl(call)?.startsWith("Expect.") === true) return armIn(argument)
  const callee = Names.bare(call.getExpression())
  return Node.isPropertyAccessExpression(callee) && ["below", "above"].includes(callee.getName())
    ? both([spokenIn(callee.getExpression()), otherIn(argument)])
    : unread
}

/** Finds what an experiment's expectations say of its arms. */
export const spokenOf = ({ definition }: Declared): Said => {
  const expect = definition === null ? null : field(definition, "expect")
  const elements = expect?._tag === "Given" ? elementsOf(expect.node) : null
  return elements === null ? unread : both(elements.map(spokenIn))
}

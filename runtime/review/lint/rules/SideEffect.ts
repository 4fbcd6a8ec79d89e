import { type Expression, Node, type Statement, SyntaxKind } from "ts-morph"
import * as Declared from "../Declared.ts"
import { type Edit, rangeOf } from "../Edit.ts"
import type { Module } from "../Module.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Found, Rule } from "../Rule.ts"
import * as SourceText from "../SourceText.ts"

const timers = /^(setTimeout|setInterval|setImmediate|queueMicrotask)$/

/** Globals whose calls this rule or another speaks of by their names. */
const spokenOf = /^(console|fetch|process|Date|Math|performance|crypto|require|eval|Function|Object|Reflect|setTimeout|setInterval|setImmediate|queueMicrotask)(\.|$)/

const writers = /^(Object\.(assign|defineProperty|defineProperties|setPrototypeOf|freeze)|Reflect\.(set|defineProperty|deleteProperty|setPrototypeOf))$/

const rootOf = (given: Node): Node => {
  const node = Names.bare(given)
  return Node.isPropertyAccessExpression(node) || Node.isElementAccessExpression(node) ? rootOf(node.getExpression()) : node
}

/** Tells whether a value was made in this file, so that to change it changes nothing else. */
const isOwn = (node: Node): boolean => {
  const root = rootOf(node)
  if (!Node.isIdentifier(root)) return Node.isArrayLiteralExpression(root) || Node.isObjectLiteralExpression(root)
  const declarations = Names.symbolOf(root)?.getDeclarations() ?? []
  return Names.nameOf(root) === null && declarations.some((declaration) =>
    declaration.getSourceFile() === node.getSourceFile() && declaration.getFirstAncestorByKind(SyntaxKind.ImportDeclaration) === undefined
  )
}

const isMain = (callee: Node): boolean => Names.isOf(callee, "ballast/runtime", "main")

/** Finds the place of an expression that does something when its file is imported, and says what; null for none. */
const effectOf = (given: Expression): Found | null => {
  const node = Names.bare(given)
  const found = (message: string): Found => ({ at: rangeOf(given), message })
  if (Node.isVoidExpression(node)) return effectOf(node.getExpression())
  if (Node.isConditionalExpression(node)) return effectOf(node.getWhenTrue()) ?? effectOf(node.getWhenFalse())
  if (Node.isNewExpression(node)) return found(`${Names.shown(node.getExpression(), "something")} is made as soon as the file is imported`)
  if (Node.isBinaryExpression(node)) {
    return /^(&&|\|\||\?\?)$/.test(node.getOperatorToken().getText()) ? effectOf(node.getRight()) : null
  }
  if (!Node.isCallExpression(node)) return null
  const callee = Names.bare(node.getExpression())
  if (Node.isArrowFunction(callee) || Node.isFunctionExpression(callee)) {
    const body = callee.getBody()
    return Node.isBlock(body) ? body.getStatements().flatMap(effectsOf)[0] ?? null : effectOf(body as Expression)
  }
  const name = Names.nameOf(callee)
  if (isMain(callee) || Names.calledOfDsl(node) !== null || name?.module === null && spokenOf.test(Names.text(name))) return null
  const isMethod = Node.isPropertyAccessExpression(callee) || Node.isElementAccessExpression(callee)
  if (isMethod && isOwn(callee.getExpression())) return null
  return found(`${Names.shown(callee, "something")} is called as soon as the file is imported`)
}

/** Finds what a statement does when its file is imported, in the blocks inside of it, too. */
const effectsOf = (statement: Statement): ReadonlyArray<Found> => {
  if (Node.isExpressionStatement(statement)) return [effectOf(statement.getExpression()) ?? []].flat()
  if (Node.isFunctionDeclaration(statement) || Node.isClassDeclaration(statement)) return []
  return statement.forEachChildAsArray().flatMap((child) =>
    Node.isStatement(child)
      ? effectsOf(child)
      : Node.isCatchClause(child) ? effectsOf(child.getBlock()) : Node.isCaseBlock(child)
      ? child.getClauses().flatMap((clause) => clause.getStatements().flatMap(effectsOf))
      : []
  )
}

const isAssigned = (node: Node | null): boolean => {
  const parent = node?.getParent()
  if (Node.isBinaryExpression(parent)) return parent.getLeft() === node && /^[^=!<>]*=$/.test(parent.getOperatorToken().getText())
  if (Node.isDeleteExpression(parent)) return true
  if (Node.isPostfixUnaryExpression(parent)) return true
  return Node.isPrefixUnaryExpression(parent)
    && [SyntaxKind.PlusPlusToken, SyntaxKind.MinusMinusToken].includes(parent.getOperatorToken())
}

/** What is read as it is: to leave it out changes nothing. */
const isPlain = (node: Node): boolean =>
  Node.isIdentifier(node) || Node.isLiteralExpression(node) || Node.isTrueLiteral(node) || Node.isFalseLiteral(node)
  || Node.isTemplateExpression(node) && node.getTemplateSpans().every((span) => isPlain(span.getExpression()))

/** Takes a printing statement away, where it has its lines to itself. */
const withoutPrint = ({ text }: Module, node: Node): ReadonlyArray<Edit> | null => {
  const call = node.getParent()
  const statement = call?.getParent()
  const block = statement?.getParent()
  if (!Node.isCallExpression(call) || !call.getArguments().every(isPlain)) return null
  if (!Node.isExpressionStatement(statement) || !Node.isSourceFile(block) && !Node.isBlock(block)) return null
  const { start } = SourceText.lineRange(text, SourceText.lineAt(text, statement.getStart()))
  const { end } = SourceText.lineRange(text, SourceText.lineAt(text, statement.getEnd()))
  const alone = text.text.slice(start, statement.getStart()).trim() === "" && text.text.slice(statement.getEnd(), end).trim() === ""
  // Without a semicolon before it, what comes next could go on with what stands before.
  const next = text.text.slice(end).replace(/^(?:\s+|\/\/[^\n\r]*|\/\*[^]*?\*\/)*/, "")
  return alone && !/^[([`+\-*/.,]/.test(next) ? [{ start, end, text: "" }] : null
}

const isGlobal = ({ module }: Names.Name): boolean => module === null

const changed = (what: string): string => `${what} is changed, for everything else that runs beside it`

/** What is changed, or started, by its name. */
const ofNames = ({ references }: Module): ReadonlyArray<Found> =>
  References.choose(references, (name, node) =>
    isAssigned(node) && !/^(module\.exports|exports)(\.|$)/.test(Names.text(name))
    || isGlobal(name) && (timers.test(Names.text(name)) || writers.test(Names.text(name)))
  ).flatMap(({ name, node }): ReadonlyArray<Found> => {
    const text = Names.text(name)
    if (isAssigned(node)) return [{ at: rangeOf(node), message: changed(text) }]
    if (timers.test(text)) return [{ at: rangeOf(node), message: `${text} goes on after the file was imported` }]
    const call = node.getParent()
    const [target] = Node.isCallExpression(call) && call.getExpression() === node ? call.getArguments() : []
    return target === undefined || Names.nameOf(target) === null
      ? []
      : [{ at: rangeOf(target), message: changed(Names.shown(target, "what stands here")) }]
  })

const prints = (module: Module): ReadonlyArray<Found> =>
  References.choose(module.references, (name) => isGlobal(name) && name.path[0] === "console" && name.path.length > 1)
    .map(({ name, node }) => {
      const fix = withoutPrint(module, node)
      return { at: rangeOf(node), message: `${Names.text(name)} prints among the results`, ...(fix === null ? {} : { fix }) }
    })

const awaits = ({ source }: Module): ReadonlyArray<Found> =>
  [
    ...source.getDescendantsOfKind(SyntaxKind.AwaitExpression)
      .filter((node) => Names.nameOf(node) === null && Names.calledOfDsl(node.getExpression()) === null),
    ...source.getDescendantsOfKind(SyntaxKind.ForOfStatement).filter((node) => node.getAwaitKeyword() !== undefined)
  ].filter((node) => Declared.isAtImport(node))
    .map((node) => ({ at: { start: node.getStart(), end: node.getStart() + 5 }, message: "the file waits while it is imported" }))

/** Refuses what an import would do besides making values. */
export const sideEffect: Rule = {
  id: "source/side-effect-at-import",
  severity: "error",
  what: "something that is done when the file is imported, besides making values",
  why: "plan, review and the queue import the file to look at it, and would do it each time",
  wayOut: "keep to values at the top of the file, and leave what is done with them to `main(import.meta, experiment)`",
  fix: "takes away what merely prints, where it has its lines to itself",
  check: (module) => [
    ...module.imports.filter(({ bare }) => bare)
      .map(({ at, specifier }) => ({ at, message: `"${specifier}" is imported for what it does` })),
    ...module.source.getStatements().flatMap(effectsOf),
    ...ofNames(module),
    ...prints(module),
    ...awaits(module)
  ]
}

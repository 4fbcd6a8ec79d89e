import { Node, type SourceFile, SyntaxKind } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Found, Rule } from "../Rule.ts"

const isCalled = (node: Node | null): boolean => {
  const call = node?.getParent()
  return (Node.isCallExpression(call) || Node.isNewExpression(call)) && call.getExpression() === node
}

/** A variable that is given it whole is looked at where it is used, and a known property of it by its own name. */
const isValue = (node: Node | null): boolean => {
  if (node === null) return false
  const parent = node.getParent()
  return !Node.isVariableDeclaration(parent) && !Node.isBindingElement(node)
    && !((Node.isPropertyAccessExpression(parent) || Node.isElementAccessExpression(parent)) && parent.getExpression() === node)
}

const hides = ({ module, path }: Names.Name, node: Node | null): boolean => {
  if (module !== null) return false
  const name = path.join(".")
  return name === "eval" || name === "Function" && isCalled(node) || name === "" && isValue(node)
}

const computed = (source: SourceFile): ReadonlyArray<Found> =>
  source.getDescendantsOfKind(SyntaxKind.ElementAccessExpression)
    .filter((node) => Names.propertyOf(node) === null && Names.nameOf(node.getExpression())?.module === null)
    .map((node) => ({
      at: rangeOf(node),
      message: `which property of ${Names.text(Names.nameOf(node.getExpression()))} this takes is computed`
    }))

const loaded = (call: Node): string | null => {
  if (!Node.isCallExpression(call)) return null
  const callee = call.getExpression()
  const [argument] = call.getArguments()
  if (argument === undefined) return null
  if (Names.propertyOf(callee) === "constructor") return "a constructor makes a function of text"
  const loads = callee.getKind() === SyntaxKind.ImportKeyword || Names.text(Names.nameOf(callee)) === "require"
  return loads && Names.textOf(argument) === null ? "which file this loads is computed" : null
}

/** Refuses what cannot be read off the source. */
export const codeFromText: Rule = {
  id: "source/code-from-text",
  severity: "error",
  what: "code that is made of text, and names that are computed",
  why: "what it does stands nowhere, so that no reviewer has seen it",
  wayOut: "write out what it does, and the names of what it takes",
  check: ({ references, source }) => [
    ...References.choose(references, hides).map(({ name, node }) => ({
      at: rangeOf(node),
      message: name.path.length === 0
        ? "the globals are handed on as a whole, and which of them are used is not to be seen"
        : `${Names.text(name)} makes code of text`
    })),
    ...computed(source),
    ...source.getDescendantsOfKind(SyntaxKind.CallExpression).flatMap((call) => {
      const message = loaded(call)
      return message === null ? [] : [{ at: rangeOf(call), message }]
    })
  ]
}

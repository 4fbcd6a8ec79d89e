import { Node } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Names from "../Names.ts"
import type { Found, Rule } from "../Rule.ts"

const clippers = /^(clip_?by_?value|clip_?grad_?value_?|clamp|clip)$/i
const bounds = /^(Math\.)?(min|max|minimum|maximum)$/

const wordsOf = (name: string): ReadonlyArray<string> =>
  name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== "")

const gradientWords = new Set(["grad", "grads", "gradient", "gradients", "dw", "db", "dtheta"])

/** The functions that are called with every value of what a method is called on. */
const receiverOf = (node: Node): Node | null => {
  const declared = Names.symbolOf(node)?.getDeclarations().find((one) => Node.isParameterDeclaration(one))
  const callback = declared?.getParent()
  const call = callback?.getParent()
  const callee = Node.isCallExpression(call) ? call.getExpression() : undefined
  return Node.isPropertyAccessExpression(callee) ? callee.getExpression() : null
}

/** Tells whether an expression is a gradient, or one of its values, by the names that it is made of. */
const isGradient = (given: Node, depth = 0): boolean => {
  if (depth > 8) return false
  const node = Names.bare(given)
  if (Node.isIdentifier(node)) {
    const words = wordsOf(node.getText())
    if (words.some((word) => gradientWords.has(word)) || /^gs?$/.test(node.getText())) return true
    const receiver = receiverOf(node)
    return receiver !== null && isGradient(receiver, depth + 1)
  }
  if (Node.isPropertyAccessExpression(node)) {
    return wordsOf(node.getName()).some((word) => gradientWords.has(word)) || isGradient(node.getExpression(), depth + 1)
  }
  if (Node.isElementAccessExpression(node)) return isGradient(node.getExpression(), depth + 1)
  if (Node.isCallExpression(node)) {
    const callee = node.getExpression()
    return Node.isPropertyAccessExpression(callee) && isGradient(callee.getExpression(), depth + 1)
      || node.getArguments().some((argument) => isGradient(argument, depth + 1))
  }
  return false
}

const calleeName = (call: Node): string => {
  const callee = Node.isCallExpression(call) ? Names.bare(call.getExpression()) : undefined
  if (callee === undefined) return ""
  return Names.propertyOf(callee) ?? Names.nameOf(callee)?.path.at(-1) ?? callee.getText()
}

/** Finds what is bounded from both sides: `min(max(g, -c), c)`, or the other way round. */
const bounded = (call: Node): Node | null => {
  if (!Node.isCallExpression(call) || !bounds.test(calleeName(call))) return null
  const side = calleeName(call).slice(0, 3)
  const inner = call.getArguments().map((argument) => Names.bare(argument))
    .find((argument) => Node.isCallExpression(argument) && bounds.test(calleeName(argument)) && calleeName(argument).slice(0, 3) !== side)
  return Node.isCallExpression(inner) ? inner.getArguments().find((argument) => isGradient(argument)) ?? null : null
}

/** Finds what a function that clips by value is given. */
const clipped = (call: Node): Node | null => {
  if (!Node.isCallExpression(call)) return null
  const name = calleeName(call)
  if (!clippers.test(name) || Names.nameOf(call.getExpression())?.module === "ballast") return null
  if (!/^(clip|clamp)$/i.test(name)) return call
  const callee = call.getExpression()
  const receiver = Node.isPropertyAccessExpression(callee) ? [callee.getExpression()] : []
  return [...receiver, ...call.getArguments()].find((part) => isGradient(part)) ?? null
}

/** `g > c ? c : g < -c ? -c : g` bounds as well, and so does one side of it. */
const chosen = (node: Node): Node | null => {
  if (!Node.isConditionalExpression(node) || Node.isConditionalExpression(node.getParent())) return null
  const condition = Names.bare(node.getCondition())
  if (!Node.isBinaryExpression(condition) || !/^[<>]=?$/.test(condition.getOperatorToken().getText())) return null
  const sides = [condition.getLeft(), condition.getRight()].map((side) => Names.bare(side)).filter((side) => isGradient(side))
  const results = (of: Node): ReadonlyArray<string> => {
    const result = Names.bare(of)
    return Node.isConditionalExpression(result)
      ? [...results(result.getWhenTrue()), ...results(result.getWhenFalse())]
      : [result.getText()]
  }
  const given = results(node)
  const [side] = sides.filter((one) => Node.isIdentifier(one) || Node.isElementAccessExpression(one))
  return side !== undefined && given.includes(side.getText()) && given.some((text) => text !== side.getText()) ? side : null
}

/** Refuses clipping by value that is written by hand. */
export const clipByValue: Rule = {
  id: "clip/by-value-by-hand",
  severity: "error",
  what: "a gradient whose values are bounded one by one",
  why: "it changes the gradient's direction, so that the step goes somewhere that the loss does not lead",
  wayOut: "bound the whole: `clip: Clip.globalNorm(1)`",
  check: ({ source }) =>
    source.forEachDescendantAsArray().flatMap((node): ReadonlyArray<Found> => {
      const of = bounded(node) ?? clipped(node) ?? chosen(node)
      if (of === null) return []
      return [{
        at: rangeOf(node),
        message: of === node ? `${calleeName(node)} clips by value` : `every value of ${Names.shown(of, "what stands here")} is bounded by itself`
      }]
    })
}

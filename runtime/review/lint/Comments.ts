/**
 * The comments of a file. What merely looks like one, in text, a pattern or a template, is none.
 */
import { type SourceFile, ts } from "ts-morph"
import type { Range } from "./Edit.ts"

export interface Comment extends Range {
  /** Without what begins and ends it. */
  readonly text: string
}

// Between two tokens there are blanks and comments alone.
const comment = /\/\/([^\n\r\u2028\u2029]*)|\/\*([^]*?)\*\//g

/** Lists the comments of a file, in their order. */
export const of = (source: SourceFile): ReadonlyArray<Comment> => {
  const file = source.compilerNode
  const found: Array<Comment> = []
  const visit = (node: ts.Node): void => {
    if (ts.isJSDoc(node)) return
    const children = node.getChildren(file)
    if (children.length > 0) return children.forEach(visit)
    // A leaf's beginning with a comment is looked at where its own text begins.
    const between = file.text.slice(node.pos, node.getStart(file, false))
    for (const { 0: whole, 1: line, 2: block = "", index } of between.matchAll(comment)) {
      found.push({ start: node.pos + index, end: node.pos + index + whole.length, text: line ?? block })
    }
  }
  visit(file)
  return found
}

/**
 * What a file of experiments ends with: its default export, and the call of `main` that runs it.
 */
import { type CallExpression, Node, type SourceFile } from "ts-morph"
import type { Edit } from "./Edit.ts"
import type { Module } from "./Module.ts"
import * as Names from "./Names.ts"
import * as SourceText from "./SourceText.ts"

/** Finds the expression that a file exports by default; null where there is none, or another file has it. */
export const byDefault = (source: SourceFile): Node | null => {
  const assigned = source.getExportAssignment((one) => !one.isExportEquals())
  if (assigned !== undefined) return assigned.getExpression()
  const named = source.getExportDeclarations().filter((one) => !one.hasModuleSpecifier()).flatMap((one) => one.getNamedExports())
    .find((one) => one.getAliasNode()?.getText() === "default")
  return named === undefined ? null : source.getVariableDeclaration(named.getName())?.getNameNode() ?? null
}

/** Tells whether a file exports anything by default, its own or another's. */
export const hasDefault = (source: SourceFile): boolean =>
  source.getDefaultExportSymbol() !== undefined
  || source.getExportDeclarations().some((one) =>
    one.getNamedExports().some((named) => (named.getAliasNode()?.getText() ?? named.getName()) === "default")
  )

/** Finds the call of `main` that a statement is. */
export const mainIn = (statement: Node): CallExpression | null => {
  const call = Node.isExpressionStatement(statement) ? Names.bare(statement.getExpression()) : undefined
  return Node.isCallExpression(call) && Names.isOf(call.getExpression(), "ballast/runtime", "main") ? call : null
}

/** Ends statements as the file does. */
export const semicolon = ({ source }: Module): string => {
  const [first] = source.getImportDeclarations()
  return first?.getText().endsWith(";") === true ? ";" : ""
}

/** Adds a statement at the end of a file, on a line of its own. */
export const appended = (module: Module, statement: string): ReadonlyArray<Edit> => {
  const { text } = module.text
  const end = SourceText.lineEnd(module.text)
  const before = text === "" || /[\r\n]$/.test(text) ? "" : end
  return [{ start: text.length, end: text.length, text: `${before}${statement}${semicolon(module)}${end}` }]
}

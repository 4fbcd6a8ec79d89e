import { Node } from "ts-morph"
import { type Edit, rangeOf } from "../Edit.ts"
import * as Exported from "../Exported.ts"
import type { Module } from "../Module.ts"
import * as Names from "../Names.ts"
import type { Found, Rule } from "../Rule.ts"
import * as SourceText from "../SourceText.ts"

/** Another file of the folder may take experiments from this one and export them itself. */
const isShared = (module: Module, all: ReadonlyArray<Module>): boolean =>
  all.some((other) => other !== module && other.imports.some(({ target }) => target === module.source))

/** Adds the export after the last statement, or before the `main` that the file ends with. */
const exporting = (module: Module, name: string): ReadonlyArray<Edit> => {
  const end = SourceText.lineEnd(module.text)
  const main = module.source.getStatements().find((statement) => Exported.mainIn(statement) !== null)
  if (main === undefined) return Exported.appended(module, `export default ${name}`)
  const at = main.getStart()
  return [{ start: at, end: at, text: `export default ${name}${Exported.semicolon(module)}${end}` }]
}

/** What certainly is no experiment. */
const isOther = (given: Node): boolean => {
  const node = Names.valueOf(given)
  const made = Names.calledOfDsl(node)
  if (made !== null) return made !== "Experiment.make"
  return Node.isObjectLiteralExpression(node) || Node.isArrayLiteralExpression(node) || Node.isLiteralExpression(node)
    || Node.isArrowFunction(node) || Node.isFunctionDeclaration(node)
}

/** Refuses a file whose experiment nobody can load. */
export const noDefaultExport: Rule = {
  id: "experiment/no-default-export",
  severity: "error",
  what: "an experiment that its file does not export by default",
  why: "the default export is what Ballast loads of a file, so that this one cannot be run",
  wayOut: "`export default experiment`, which Experiment.make has made",
  fix: "adds the export, where there is one experiment to choose",
  check: (module, all): ReadonlyArray<Found> => {
    const exported = Exported.byDefault(module.source)
    if (exported !== null) {
      return !isShared(module, all) && isOther(exported)
        ? [{ at: rangeOf(exported), message: "what the file exports by default is no experiment" }]
        : []
    }
    const made = module.experiments.filter(({ atImport }) => atImport)
    const [first] = made
    if (first === undefined || Exported.hasDefault(module.source) || isShared(module, all)) return []
    const declared = first.call.getParentWhile((parent) => Names.bare(parent) === first.call)?.getParent() ?? first.call.getParent()
    const name = made.length === 1 && Node.isVariableDeclaration(declared) && Node.isIdentifier(declared.getNameNode())
      && Node.isSourceFile(declared.getVariableStatement()?.getParent())
      ? declared.getName()
      : null
    return [{
      at: rangeOf(first.call.getExpression()),
      message: "the file does not export its experiment by default",
      ...(name === null ? {} : { fix: exporting(module, name) })
    }]
  }
}

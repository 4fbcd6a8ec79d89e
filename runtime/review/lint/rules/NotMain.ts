import { Node } from "ts-morph"
import { type Edit, rangeOf } from "../Edit.ts"
import * as Exported from "../Exported.ts"
import type { Module } from "../Module.ts"
import * as Names from "../Names.ts"
import type { Found, Rule } from "../Rule.ts"
import * as SourceText from "../SourceText.ts"

/** Finds what this file calls Ballast's `main`, or adds the import; null where the name is taken. */
const importing = (module: Module): { readonly name: string; readonly edits: ReadonlyArray<Edit> } | null => {
  const declarations = module.source.getImportDeclarations()
  const known = declarations.flatMap((one) => one.getModuleSpecifierValue() === "ballast/runtime" && !one.isTypeOnly() ? one.getNamedImports() : [])
    .find((one) => one.getName() === "main" && !one.isTypeOnly())
  if (known !== undefined) return { name: known.getAliasNode()?.getText() ?? "main", edits: [] }
  const ballast = declarations.find((one) => one.getModuleSpecifierValue() === "ballast")
  if (ballast === undefined || module.source.getLocal("main") !== undefined) return null
  const quote = ballast.getModuleSpecifier().getText().slice(0, 1)
  const end = SourceText.lineEnd(module.text)
  const at = ballast.getEnd()
  const text = `${end}import { main } from ${quote}ballast/runtime${quote}${Exported.semicolon(module)}`
  return { name: "main", edits: [{ start: at, end: at, text }] }
}

const running = (module: Module, exported: Node): ReadonlyArray<Edit> | null => {
  const name = Names.bare(exported)
  const imported = Node.isIdentifier(name) ? importing(module) : null
  return imported === null
    ? null
    : [...imported.edits, ...Exported.appended(module, `${imported.name}(import.meta, ${name.getText()})`)]
}

/** Warns of an experiment's file that does nothing where it is run. */
export const notMain: Rule = {
  id: "experiment/not-main",
  severity: "warning",
  what: "an experiment's file that does not run it",
  why: "`tsx FILE` then ends without a word, having trained nothing",
  wayOut: "end the file with `main(import.meta, experiment)`, of \"ballast/runtime\"",
  fix: "adds the call, and its import beside that of \"ballast\"",
  check: (module): ReadonlyArray<Found> => {
    const exported = Exported.byDefault(module.source)
    const made = exported === null ? null : Names.valueOf(exported)
    if (exported === null || made === null || Names.calledOfDsl(made) !== "Experiment.make") return []
    const calls = module.source.getStatements().flatMap((statement) => Exported.mainIn(statement) ?? [])
    const [call] = calls
    if (call === undefined) {
      const fix = running(module, exported)
      return [{ at: rangeOf(exported), message: "the file exports an experiment and does not end with main", ...(fix === null ? {} : { fix }) }]
    }
    const [meta, experiment] = call.getArguments()
    if (meta === undefined || Names.text(Names.nameOf(meta)) !== "import.meta") {
      return [{ at: rangeOf(meta ?? call), message: "main tells by import.meta whether the file is the program, and is given something else" }]
    }
    const ran = experiment === undefined ? null : Names.valueOf(experiment)
    return experiment !== undefined && ran !== made && ran !== null && Names.calledOfDsl(ran) === "Experiment.make"
      ? [{ at: rangeOf(experiment), message: "main runs another experiment than the one that the file exports by default" }]
      : []
  }
}

/**
 * Source to lint without a disk, each file as it would lie in a folder of experiments.
 */
import * as Dsl from "../../../../dsl/index.ts"
import * as Module from "../../../../runtime/review/lint/Module.ts"
import * as Rule from "../../../../runtime/review/lint/Rule.ts"
import type * as Sources from "../../../../runtime/review/lint/Sources.ts"
import * as SourceText from "../../../../runtime/review/lint/SourceText.ts"

/** Imports everything that an experiment can be written with. */
export const preamble = [
  `import { ${Object.keys(Dsl).join(", ")} } from "ballast"`,
  `import { main } from "ballast/runtime"`,
  `import { Config, Effect } from "effect"`,
  ``
].join("\n")

/** Files of a folder of experiments, by their names. */
export const reads = (files: Readonly<Record<string, string>>): ReadonlyArray<Sources.Read> =>
  Object.entries(files).map(([name, text]) => ({
    file: `experiments/${name}`,
    path: `/checkout/experiments/${name}`,
    folder: "/checkout/experiments",
    text: SourceText.of(text)
  }))

/** Reads files as one program; every one of them has to be a program. */
export const modules = (files: Readonly<Record<string, string>>): ReadonlyArray<Module.Module> =>
  Module.parse(reads(files)).map((module) => {
    if (Module.isParsed(module)) return module
    throw new Error(`${module.file}: ${module.message} in ${module.text.text}`)
  })

/** Reads one file as a program. */
export const module = (text: string, name = "e.ts"): Module.Module => {
  const [only] = modules({ [name]: text })
  if (only === undefined) throw new Error("there is no module")
  return only
}

/** Something that was found, as the piece of source that it stands at and what is said of it. */
export interface Shown {
  readonly at: string
  readonly message: string
  readonly fixable: boolean
}

/** Applies a rule to a module among others. */
export const apply = (
  rule: Rule.Rule,
  of: Module.Module,
  all: ReadonlyArray<Module.Module> = [of]
): ReadonlyArray<Shown> =>
  Rule.apply(rule, of, all).map(({ at, fix, message }) => ({
    at: of.text.text.slice(at.start, at.end),
    message,
    fixable: fix !== undefined
  }))

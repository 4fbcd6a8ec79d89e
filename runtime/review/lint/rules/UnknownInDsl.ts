import { Node } from "ts-morph"
import * as Near from "../../../../dsl/Near.ts"
import * as Dsl from "../../../../dsl/index.ts"
import { rangeOf } from "../Edit.ts"
import type { Name } from "../Names.ts"
import * as References from "../References.ts"
import type { Found, Rule } from "../Rule.ts"

const modules: Readonly<Record<string, object>> = Dsl

/** Constructors; what begins with a capital is a schema or a type. */
const constructorsOf = (holder: object): ReadonlyArray<string> => Object.keys(holder).filter((name) => /^[a-z]/.test(name))

const hint = (name: string, names: ReadonlyArray<string>): string => {
  const near = Near.nearest(name, names)
  return near === null ? "" : `; did you mean "${near}"?`
}

const byValue = /value/i

/** Says what of a name the DSL does not have; null where it has all of it. */
const unknown = ({ module, path }: Name): string | null => {
  const [first, second] = path
  if (module !== "ballast" || first === undefined) return null
  const holder = modules[first]
  if (holder === undefined) return `"ballast" has no ${first}${hint(first, Object.keys(modules))}`
  if (second === undefined || second in holder) return null
  return first === "Clip" && byValue.test(second)
    ? `Clip has no ${second}, on purpose: to clip every value by itself changes the gradient's direction`
    : `${first} has no ${second}${hint(second, constructorsOf(holder))}`
}

/** Refuses what the DSL does not have. The compiler does, too, where it is asked. */
export const unknownInDsl: Rule = {
  id: "dsl/unknown",
  severity: "error",
  what: "something of \"ballast\" that it does not have",
  why: "the file does not load, or a field is left without its value",
  wayOut: "take a constructor that there is; docs/dsl.md lists all of them",
  check: ({ references, source }): ReadonlyArray<Found> => [
    ...References.choose(references, (name) => unknown(name) !== null)
      .map(({ name, node }) => ({ at: rangeOf(node), message: unknown(name) ?? "" })),
    ...source.getImportDeclarations()
      .filter((one) => one.getModuleSpecifierValue() === "ballast" && !one.isTypeOnly())
      .flatMap((one) => one.getNamedImports())
      .filter((one) => !one.isTypeOnly() && !(one.getName() in modules) && !isUsed(one, references))
      .map((one) => ({ at: rangeOf(one), message: unknown({ module: "ballast", path: [one.getName()] }) ?? "" }))
  ]
}

/** What is used is found where it is. */
const isUsed = (imported: Node, references: ReadonlyArray<References.Reference>): boolean =>
  Node.isImportSpecifier(imported)
  && references.some(({ name }) => name.module === "ballast" && name.path[0] === imported.getName())

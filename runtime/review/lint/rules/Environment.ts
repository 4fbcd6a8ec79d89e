import { rangeOf } from "../Edit.ts"
import * as Globals from "../Globals.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Rule } from "../Rule.ts"

const globals = /^(navigator|location|(Deno|Bun)\.(env|args|argv))(\..+)?$/

/** `main(import.meta, experiment)` alone may look at where its file lies. */
const readsPlace = (name: string): boolean => /^import\.meta\.(env|url|filename|dirname|resolve)(\..+)?$/.test(name)

const reads = (name: Names.Name): boolean => {
  const { module, path } = name
  const property = Globals.ofProcess(name)
  if (property !== null) return Globals.tellsPlace(property)
  const text = path.join(".")
  return module === null ? globals.test(text) || readsPlace(text) : module === "node:os"
}

/** Refuses what depends on where it is looked at. */
export const environment: Rule = {
  id: "source/environment",
  severity: "error",
  what: "a look at the process, its variables or its machine",
  why: "the experiment is another one on another machine, and a reviewer does not see which",
  wayOut: "give `Experiment.make` an `Effect.gen` that reads typed `Config`: what it reads is named, checked and recorded",
  check: ({ references }) =>
    References.choose(references, reads).map(({ name, node }) => ({
      at: rangeOf(node),
      message: `${Names.text(name)} says something of the machine or the process`
    }))
}

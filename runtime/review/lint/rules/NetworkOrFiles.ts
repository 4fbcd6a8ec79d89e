import { isBuiltin } from "node:module"
import { Node } from "ts-morph"
import { rangeOf } from "../Edit.ts"
import * as Globals from "../Globals.ts"
import * as Names from "../Names.ts"
import * as References from "../References.ts"
import type { Rule } from "../Rule.ts"

const globals = /^(fetch|XMLHttpRequest|WebSocket|WebSocketStream|EventSource|WebTransport|Worker|SharedWorker|localStorage|sessionStorage|indexedDB|caches|Deno|Bun)(\..+)?$/
const effects = /^(FileSystem|Path|Terminal|Stdio)\../

/** A variable that is given the process whole is looked at where it is used. */
const isRenamed = (node: Node | null): boolean => node === null || Node.isVariableDeclaration(node.getParent())

const reaches = (name: Names.Name, node: Node | null): boolean => {
  const { module, path } = name
  const property = Globals.ofProcess(name)
  if (property === "") return !isRenamed(node)
  // Other rules speak of what merely tells something.
  if (property !== null) return !Globals.tellsPlace(property) && !Globals.tellsTime(property)
  const text = path.join(".")
  if (module === "effect") return effects.test(text)
  return module === null && globals.test(text) && !/^(Deno|Bun)\.(env|args|argv)/.test(text)
}

/** Node's own modules that other rules speak of where they are used. */
const spokenOf = /^(node:)?(process|os|perf_hooks|timers|timers\/promises)$/

/** Parts of effect that reach out of the program. */
const outward = /^effect\/(http|http-api|process|sql|rpc|cluster|workers|persistence|cli|FileSystem|Terminal|Stdio)(\/|$)/

/** Refuses what reaches beyond the experiment. */
export const networkOrFiles: Rule = {
  id: "source/network-or-files",
  severity: "error",
  what: "the network, the disk, another process, or a module of Node",
  why: "an experiment is evaluated where there is none of it, and what it would find there is seen by no reviewer",
  wayOut: "write the values into the file, or into another one beside it; data sets are named, and found by each machine",
  check: ({ imports, references }) => [
    ...imports
      .filter(({ specifier, typeOnly }) =>
        !typeOnly && (isBuiltin(specifier) && !spokenOf.test(specifier) || outward.test(specifier))
      )
      .map(({ at, specifier }) => ({ at, message: `"${specifier}" reaches beyond the experiment` })),
    ...References.choose(references, reaches).map(({ name, node }) => ({
      at: rangeOf(node),
      message: `${Names.text(name)} reaches beyond the experiment`
    }))
  ]
}

import * as Effect from "effect/Effect"
import * as Check from "./Check.ts"

const name = "node"
/** The first that reads TypeScript and has SQLite without a warning. */
const leastMajor = 24

/** A Node, as it tells of itself. */
export interface Told {
  readonly version: string
  readonly executable: string
  /** Distributions can build it without. */
  readonly sqlite: boolean
}

/** Says whether a Node does. */
export const judge = ({ executable, sqlite, version }: Told): Check.Diagnosis => {
  const remedy = `npm ci --include=optional brings Node ${leastMajor} along for linux-x64; elsewhere install one`
  if (Number(version.split(".")[0]) < leastMajor) {
    return Check.failed(name, `${version}, and Ballast needs ${leastMajor} or newer (${executable})`, remedy)
  }
  return sqlite
    ? Check.ok(name, `${version} (${executable})`)
    : Check.failed(name, `${version}, built without SQLite, which keeps the record of runs (${executable})`, remedy)
}

/** Looks at the Node that this is. */
export const check: Check.Check = {
  name,
  module: import.meta.url,
  look: () =>
    Effect.sync(() => [
      judge({
        version: process.versions.node,
        executable: process.execPath,
        sqlite: process.getBuiltinModule("node:sqlite") !== undefined
      })
    ])
}

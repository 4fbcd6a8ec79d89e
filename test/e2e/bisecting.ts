/**
 * A repository in which one commit has made an experiment worse.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import { commit, git } from "../runtime/source/repositories.ts"
import type { Project } from "./project.ts"
import { tiny } from "./queueing.ts"

const edit = (file: string, ...changes: ReadonlyArray<readonly [from: string, to: string]>): void => {
  const text = changes.reduce((text, [from, to]) => text.replace(from, to), fs.readFileSync(file, "utf8"))
  fs.writeFileSync(file, text)
}

export interface Planted {
  readonly good: string
  /** The last commit that is good, of those that change the training. */
  readonly before: string
  readonly planted: string
}

/**
 * Commits an experiment, other changes of it, one that breaks it, and then what makes it worse, which changes another field
 * as well.
 */
export const plant = ({ folder, write }: Project): Planted => {
  write(".gitignore", "node_modules\n.ballast\n")
  const file = write("experiments/tiny.ts", tiny({ steps: 40, arms: "{ calm }" }).replace("constant(0.01)", "constant(0.1)"))
  git(folder, ["init", "--quiet", "--initial-branch=main"])
  const good = commit(folder)
  write("README.md", "Nothing of it trains.\n")
  commit(folder)
  edit(file, ["globalNorm(1)", "globalNorm(2)"])
  const before = commit(folder)
  edit(file, ["export default", "export default nothing ?? "])
  commit(folder)
  edit(file, ["export default nothing ?? ", "export default"])
  edit(path.join(folder, "README.md"), ["Nothing", "Still nothing"])
  commit(folder)
  edit(file, ["constant(0.1)", "constant(1e-5)"], ["momentum: 0.9", "momentum: 0.8"])
  const planted = commit(folder)
  edit(file, ["What becomes", "Whatever becomes"])
  commit(folder)
  return { good, before, planted }
}

export interface BisectDocument {
  readonly format: string
  readonly verdict: string
  readonly good: string
  readonly bad: string
  readonly fields: ReadonlyArray<{ readonly path: string; readonly before: unknown; readonly after: unknown }>
  readonly together: ReadonlyArray<string>
  readonly measurements: ReadonlyArray<{ readonly mixed: ReadonlyArray<string>; readonly worse: boolean | null }>
  readonly runs: { readonly spent: number; readonly most: number }
}

/** Reads what a bisection prints. */
export const read = (stdout: string): BisectDocument => JSON.parse(stdout) as BisectDocument

/** Arguments that have it look from a good revision to a bad one, the newest unless another is named. */
export const asked = (good: string, options: {
  readonly bad?: string
  readonly arm?: string
  readonly seeds?: number
  readonly runs?: number
} = {}): ReadonlyArray<string> => {
  const { arm = "calm", bad = "HEAD", runs = 100, seeds = 3 } = options
  return [
    "nightly", "bisect", "tiny", "--arm", arm, "--metric", "loss", "--good", good, "--bad", bad,
    "--seeds", String(seeds), "--runs", String(runs), "--engine", "wasm", "--json"
  ]
}

/**
 * The folder that an experiment's imports may lie in.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import type { Subject } from "../../source/Bundle.ts"

const above = (folder: string): ReadonlyArray<string> => {
  const parent = path.dirname(folder)
  return parent === folder ? [folder] : [folder, ...above(parent)]
}

/** Finds the repository, or else the package, or else the folder, that a file lies in; `file` is a real path. */
export const of = (file: string): Subject => {
  const folders = above(path.dirname(file))
  const having = (name: string) => folders.find((folder) => fs.existsSync(path.join(folder, name)))
  const root = having(".git") ?? having("package.json") ?? path.dirname(file)
  return { root, file: path.relative(root, file).replaceAll(path.sep, "/") }
}

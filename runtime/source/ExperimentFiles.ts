/**
 * Which files of a checkout could be experiments, by their names and by their text, without running any.
 */
import * as fs from "node:fs"
import * as path from "node:path"
import * as DefaultExport from "./DefaultExport.ts"

const folder = "experiments"

const couldBe = (name: string): boolean => name.endsWith(".ts") && !name.endsWith(".d.ts")

/** Tells whether a file could be an experiment by where it lies, or a folder of another repository could hold some. */
export const couldLieAt = (place: string, project: string, kind: "file" | "folder"): boolean =>
  `${place}/`.startsWith(`${path.posix.join(project, folder)}/`) && (kind === "folder" || couldBe(place))

const within = (directory: string): ReadonlyArray<string> =>
  fs.readdirSync(directory, { withFileTypes: true }).flatMap((entry) => {
    const file = path.join(directory, entry.name)
    // Of a revision none of them is read, however it is written.
    if (entry.isDirectory()) return entry.name.toLowerCase() === "node_modules" ? [] : within(file)
    return entry.isFile() && couldBe(entry.name) ? [file] : []
  })

/**
 * Lists the files below `experiments/` that export something by default, in order of their paths; `project` is the
 * folder of the checkout in which `experiments/` lies.
 */
export const list = (root: string, project = ""): ReadonlyArray<string> => {
  const top = path.join(root, project, folder)
  // What is a symlink here is not the folder that a reviewer sees.
  if (!(fs.lstatSync(top, { throwIfNoEntry: false })?.isDirectory() ?? false)) return []
  return within(top)
    .filter((file) => DefaultExport.isIn(fs.readFileSync(file, "utf8")))
    .map((file) => path.relative(root, file).replaceAll(path.sep, "/"))
    .toSorted()
}

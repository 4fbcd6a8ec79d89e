/**
 * Paths that stay within a folder: a file's name is data, and a data set's files lie in its folder.
 */
import * as fs from "node:fs"
import * as path from "node:path"

/** Tells whether a path is a folder or lies in it, by the paths' texts; both are absolute. */
export const holds = (folder: string, place: string): boolean => {
  const way = path.relative(folder, place)
  return way === "" || (!path.isAbsolute(way) && way !== ".." && !way.startsWith(`..${path.sep}`))
}

/** Follows links and returns the real path, or null where nothing is there or a link leads nowhere. */
export const realOf = (place: string): string | null => {
  try {
    return fs.realpathSync.native(place)
  } catch {
    return null
  }
}

export type Found =
  | { readonly _tag: "Here"; readonly relative: string; readonly real: string }
  | { readonly _tag: "Outside" }
  | { readonly _tag: "Missing" }
  /** Neither file nor folder: reading a pipe would wait for ever. */
  | { readonly _tag: "Special" }

/**
 * Looks a path up in a folder whose real path is `root`. Links are followed; one that leads outside is found out. What
 * the path names is not opened.
 */
export const find = (root: string, place: string): Found => {
  const absolute = path.resolve(root, place)
  const within = holds(root, absolute)
  const real = realOf(absolute)
  if (real === null) return { _tag: within ? "Missing" : "Outside" }
  // The folder itself may be written by way of a link.
  if (!holds(root, real)) return { _tag: "Outside" }
  const found = fs.statSync(real, { throwIfNoEntry: false })
  return found === undefined || found.isFile() || found.isDirectory()
    ? { _tag: "Here", relative: path.relative(root, within ? absolute : real), real }
    : { _tag: "Special" }
}

/**
 * Names of a git tree as names of a disk: a tree can hold any name, and a disk must not be written by all of them.
 */
import * as path from "node:path"

const longestPath = 1024
const longestName = 255

/** A repository's own folder, also as disks write it that know no capitals, or cut or drop characters. */
const repositoryFolder = /^(\.git[. ]*|git~\d+)$/i

const refusedName = (name: string): string | null =>
  name === "" || name === "." || name === ".."
    ? "leads to another place than its name says"
    : repositoryFolder.test(name)
    ? "would change a repository"
    : Buffer.byteLength(name) > longestName
    ? "has too long a name"
    : null

/** Says why a path of a tree is not written; null for one that can be. */
export const refused = (name: string): string | null => {
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(name)) return "has a name with characters that are not seen"
  if (name.includes("\\")) return "has a name that is a path elsewhere"
  if (name.length > longestPath) return "has too long a name"
  return name.split("/").map(refusedName).find((reason) => reason !== null) ?? null
}

/**
 * Says why a symlink of a tree is not written; null for one whose target, followed from its own folder, lies in the
 * tree, whatever other symlinks of the tree it passes.
 */
export const refusedTarget = (link: string, target: string): string | null => {
  if (target === "") return "leads nowhere"
  if (path.posix.isAbsolute(target)) return "leads outside the repository"
  const found = path.posix.join(path.posix.dirname(link), target).replace(/\/$/, "")
  if (found === ".." || found.startsWith("../")) return "leads outside the repository"
  // Up again after down means another place where what it went down by is a symlink itself.
  const down = target.replace(/^(\.\.?\/)*/, "")
  if (down !== ".." && down.split("/").includes("..")) return "leads outside the repository, or may"
  return found === "." ? null : refused(found)
}

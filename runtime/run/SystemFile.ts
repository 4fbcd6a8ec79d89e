import * as fs from "node:fs"

/** Reads a file by which Linux tells of itself and its processes; null where it does not. */
export const textOf = (file: string): string | null => {
  try {
    return fs.readFileSync(file, "utf8")
  } catch {
    return null
  }
}

import * as fs from "node:fs"
import * as path from "node:path"

/** Writes files into a folder, each by its path there. */
export const write = (folder: string, files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
    fs.writeFileSync(path.join(folder, file), text)
  }
}

/** Reads every file of a folder, those that symlinks lead to left out. */
export const contents = (folder: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    fs.readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => path.join(entry.parentPath, entry.name))
      .map((file) => [path.relative(folder, file), fs.readFileSync(file, "utf8")])
  )

/** Lists the processes of this machine whose command names a folder. */
export const processesOf = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    try {
      const command = fs.readFileSync(`/proc/${name}/cmdline`, "utf8")
      return command.includes(folder) ? [command.replaceAll("\0", " ")] : []
    } catch {
      return []
    }
  })

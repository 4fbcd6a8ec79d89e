/**
 * bubblewrap: namespaces of its own for a process, with no network and of the disk only what it is shown. Not every
 * system has it, and not every one that has it lets it work.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

/** Where a system keeps what every program is linked with. */
const libraries = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/etc/ld.so.cache"]

const limitMilliseconds = 5_000

/** The parameters that run a command which sees the given files and folders, in a folder that is empty. */
export const parameters = (shown: ReadonlyArray<string>, wrapped: ReadonlyArray<string>): ReadonlyArray<string> => [
  "--unshare-all",
  "--die-with-parent",
  "--new-session",
  "--cap-drop",
  "ALL",
  ...[...libraries.filter((file) => fs.existsSync(file)), ...shown].flatMap((file) => ["--ro-bind", file, file]),
  "--dir",
  "/empty",
  "--chdir",
  "/empty",
  "--remount-ro",
  "/",
  "--",
  ...wrapped
]

const isProgram = (file: string): boolean => {
  try {
    fs.accessSync(file, fs.constants.X_OK)
    return true
  } catch {
    return false
  }
}

const find = (): string | undefined =>
  (process.env["PATH"] ?? "").split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, "bwrap"))
    .find(isProgram)

const probe = (): Promise<string | null> => {
  const command = find()
  if (command === undefined) return Promise.resolve(null)
  return new Promise((resolve) => {
    const child = spawn(command, parameters([process.execPath], [process.execPath, "--version"]), {
      stdio: "ignore",
      timeout: limitMilliseconds
    })
    child.on("error", () => resolve(null))
    child.on("exit", (code) => resolve(code === 0 ? command : null))
  })
}

let found: Promise<string | null> | null = null

/** Finds the program; null where it is not there or may not do its work. It is looked for once in a process. */
export const command: Effect.Effect<string | null> = Effect.promise(() => found ??= probe())

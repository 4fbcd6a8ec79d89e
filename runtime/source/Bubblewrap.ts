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

/** The program, or why there is none to use, as the end of "bubblewrap": it is not installed, or may not do its work. */
export type Found =
  | { readonly command: string; readonly obstacle: null }
  | { readonly command: null; readonly obstacle: string }

const probe = (): Promise<Found> => {
  const command = find()
  if (command === undefined) return Promise.resolve({ command: null, obstacle: "is not installed" })
  return new Promise((resolve) => {
    let said = ""
    const refused = (why: string): void =>
      resolve({ command: null, obstacle: `is installed, and this host does not let it work: ${why}` })
    const child = spawn(command, parameters([process.execPath], [process.execPath, "--version"]), {
      stdio: ["ignore", "ignore", "pipe"],
      timeout: limitMilliseconds
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => said += text)
    child.on("error", ({ message }) => refused(message))
    child.on("close", (code, signal) => code === 0 ? resolve({ command, obstacle: null }) : refused(said.trim() || `it ended with ${signal ?? code}`))
  })
}

let probed: Promise<Found> | null = null

/** Finds the program and tries it, once in a process. */
export const found: Effect.Effect<Found> = Effect.promise(() => probed ??= probe())

/** Finds the program; null where it is not there or may not do its work. */
export const command: Effect.Effect<string | null> = Effect.map(found, ({ command }) => command)

/**
 * bubblewrap: namespaces of its own for a process, with no network and of the disk only what it is shown. Not every
 * system has it, and not every one that has it lets it work.
 */
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import * as fs from "node:fs"

/** The program's name. */
export const command = "bwrap"

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

let works: Promise<boolean> | null = null

const probe = (): Promise<boolean> =>
  new Promise((resolve) => {
    const child = spawn(command, parameters([process.execPath], [process.execPath, "--version"]), {
      stdio: "ignore",
      timeout: limitMilliseconds
    })
    child.on("error", () => resolve(false))
    child.on("exit", (code) => resolve(code === 0))
  })

/** Tells whether bubblewrap is there and may do its work; looked at once in a process. */
export const isAvailable: Effect.Effect<boolean> = Effect.promise(() => works ??= probe())

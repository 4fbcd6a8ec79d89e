/**
 * What stands around the evaluator, and would still stand where an experiment's code got out of QuickJS.
 */
import * as Bubblewrap from "./Bubblewrap.ts"
import type * as Confined from "./Confined.ts"

/**
 * What stands between an experiment's code and this host: QuickJS in WebAssembly, Node's permission model, and
 * bubblewrap's namespaces where the system has them.
 */
export type Wall = "quickjs" | "permission" | "bubblewrap"

/** Names the walls, from the inside; `bubblewrap` is its program, null where there is none. */
export const names = (bubblewrap: string | null): ReadonlyArray<Wall> =>
  bubblewrap === null ? ["quickjs", "permission"] : ["quickjs", "permission", "bubblewrap"]

/** Gives the command that runs a program which may read one folder and do nothing else. */
export const around = (
  folder: string,
  main: string,
  bubblewrap: string | null
): Pick<Confined.Program, "command" | "parameters"> => {
  const parameters = [
    "--permission",
    `--allow-fs-read=${folder}`,
    "--no-addons",
    "--max-old-space-size=256",
    // Compiled once and quickly: a second compiler would start for what is over before it has ended.
    "--liftoff-only",
    main
  ]
  return bubblewrap === null ? { command: process.execPath, parameters } : {
    command: bubblewrap,
    parameters: Bubblewrap.parameters([process.execPath, folder], [process.execPath, ...parameters])
  }
}

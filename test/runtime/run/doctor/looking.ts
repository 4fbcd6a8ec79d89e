/**
 * Looking with a check as the command does, in a process of its own, and in surroundings that something is wrong with.
 */
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Apart from "../../../../runtime/run/doctor/Apart.ts"
import type { Check, Diagnosis, Examined } from "../../../../runtime/run/doctor/Check.ts"

const program = path.resolve(import.meta.dirname, "../../../../runtime/run/doctor/CheckMain.ts")

const nowhere: Examined = { home: "/nowhere", data: [], queue: null }

export interface Surroundings {
  readonly environment?: Readonly<Record<string, string>>
  readonly directory?: string
  /** A command that runs the one it is given. */
  readonly within?: ReadonlyArray<string>
}

/** Looks, and returns what was found. */
export const look = (
  { module }: Check,
  examined: Partial<Examined>,
  { directory, environment, within = [] }: Surroundings = {}
): ReadonlyArray<Diagnosis> => {
  const asked: Examined = { ...nowhere, ...examined }
  const [command = "", ...parameters] = [...within, process.execPath, program, module]
  const { stderr, stdout } = spawnSync(command, parameters, {
    cwd: directory,
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", [Apart.variable]: JSON.stringify(asked), ...environment }
  })
  const last = stdout.trimEnd().split("\n").at(-1) ?? ""
  if (last === "") throw new Error(`the check said nothing: ${stderr}`)
  return JSON.parse(last) as ReadonlyArray<Diagnosis>
}

const onlyOf = ([only, ...others]: ReadonlyArray<Diagnosis>): Diagnosis => {
  if (only === undefined || others.length > 0) throw new Error(`not one thing was found but ${others.length + 1}`)
  return only
}

/** Looks, and returns the one thing that was found. */
export const lookOnce = (check: Check, examined: Partial<Examined>, surroundings: Surroundings = {}): Diagnosis =>
  onlyOf(look(check, examined, surroundings))

/** Looks in this process, and returns the one thing that was found. */
export const lookHere = (check: Check, examined: Partial<Examined>): Effect.Effect<Diagnosis> =>
  Effect.map(check.look({ ...nowhere, ...examined }), onlyOf)

/** Puts a program of the test's own before all others, and returns the PATH that finds it. */
export const withProgram = (folder: string, name: string, script: string): string => {
  fs.writeFileSync(path.join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
  return [folder, process.env["PATH"]].join(path.delimiter)
}

/**
 * Makes the command that runs another where a folder is a small file system of its own, which no other process sees, after
 * a script has filled it: `$1` is the folder.
 */
export const onOwnDisk = (folder: string, options: string, script: string): ReadonlyArray<string> => [
  ...ownMounts,
  "sh",
  "-ec",
  `mount -t tmpfs -o ${options} tmpfs "$1"; ${script}; shift; exec "$@"`,
  "sh",
  folder
]

const ownMounts = ["unshare", "--user", "--map-root-user", "--mount"] as const

const [unshare, ...flags] = ownMounts

/** Whether this host lets anybody mount what no other process sees. */
export const mayMount =
  spawnSync(unshare, [...flags, "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" }).status === 0

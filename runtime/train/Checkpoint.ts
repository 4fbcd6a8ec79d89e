/**
 * Checkpoints: a folder of safetensors files and a cursor, complete or not there at all.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Clip from "../optim/Clip.ts"
import type { NamedTensor, State } from "../step/Step.ts"
import * as Safetensors from "./Safetensors.ts"

const format = "ballast.checkpoint/1"

/** A checkpoint cannot be read or written; `message` says which file, and why. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  directory: Schema.String,
  message: Schema.String
}) {}

/**
 * Where a training stands: `step` optimizer steps are done, the next batch is `batch` of `epoch`, and `clip` is what the
 * clip policy remembers; the identities say of which training and data.
 */
export interface Cursor {
  readonly step: number
  readonly epoch: number
  readonly batch: number
  readonly clip: Clip.Memory
  readonly seed: number
  readonly training: string
  readonly data: string | null
}

export interface Checkpoint {
  readonly cursor: Cursor
  readonly state: State
}

const parts = { weights: "parameters", optimizer: "optimizer", buffers: "buffers", ema: "ema" } as const
type Part = keyof typeof parts
const partNames = Object.keys(parts) as ReadonlyArray<Part>

interface Manifest extends Cursor {
  readonly format: string
  readonly updates: number
  readonly files: Readonly<Record<string, string>>
}

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Names the folder of a step so that names sort as steps do. */
export const directoryName = (step: number): string => `step-${String(step).padStart(6, "0")}`

const writeDurably = (file: string, bytes: Uint8Array | string): void => {
  const descriptor = fs.openSync(file, "w")
  try {
    fs.writeFileSync(descriptor, bytes)
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const syncDirectory = (directory: string): void => {
  const descriptor = fs.openSync(directory, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

const messageOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

/**
 * Writes a checkpoint under `parent` and returns its folder: into a temporary name, flushed to the disk, then renamed,
 * with the SHA-256 of every file in its `checkpoint.json`.
 */
export const write = Effect.fn("Checkpoint.write")((parent: string, { cursor, state }: Checkpoint) => {
  const directory = path.join(parent, directoryName(cursor.step))
  const temporary = `${directory}.${process.pid}.tmp`
  return Effect.try({
    try: () => {
      fs.mkdirSync(temporary, { recursive: true })
      const files: Record<string, string> = {}
      for (const part of partNames) {
        const bytes = Safetensors.encode(state[parts[part]])
        writeDurably(path.join(temporary, `${part}.safetensors`), bytes)
        files[`${part}.safetensors`] = sha256(bytes)
      }
      const manifest: Manifest = { format, ...cursor, updates: state.updates, files }
      writeDurably(path.join(temporary, "checkpoint.json"), `${JSON.stringify(manifest, null, 2)}\n`)
      syncDirectory(temporary)
      fs.rmSync(directory, { recursive: true, force: true })
      fs.renameSync(temporary, directory)
      syncDirectory(parent)
      return directory
    },
    catch: (cause) => new CheckpointError({ directory, message: `the checkpoint was not written: ${messageOf(cause)}` })
  }).pipe(Effect.tapError(() => Effect.sync(() => fs.rmSync(temporary, { recursive: true, force: true }))))
})

const readPart = (directory: string, part: Part, sums: Manifest["files"]): ReadonlyArray<NamedTensor> => {
  const name = `${part}.safetensors`
  const bytes = fs.readFileSync(path.join(directory, name))
  if (sha256(bytes) !== sums[name]) throw new Error(`${name} is not what was written: its checksum differs`)
  return Safetensors.decode(bytes)
}

/** Reads a checkpoint's folder. Fails where a file is missing, truncated or changed. */
export const read = Effect.fn("Checkpoint.read")((directory: string) =>
  Effect.try({
    try: (): Checkpoint => {
      const manifest = JSON.parse(fs.readFileSync(path.join(directory, "checkpoint.json"), "utf8")) as Manifest
      if (manifest.format !== format) throw new Error(`its format is ${manifest.format}, and this version reads ${format}`)
      const { batch, clip, data, epoch, files, seed, step, training, updates } = manifest
      const [weights = [], optimizer = [], buffers = [], ema = []] = partNames.map((part) =>
        readPart(directory, part, files)
      )
      return {
        cursor: { step, epoch, batch, clip, seed, training, data },
        state: { updates, parameters: weights, optimizer, buffers, ema }
      }
    },
    catch: (cause) => new CheckpointError({ directory, message: `the checkpoint cannot be used: ${messageOf(cause)}` })
  })
)

const complete = (parent: string): ReadonlyArray<string> =>
  fs.readdirSync(parent).filter((name) => /^step-\d+$/.test(name))
    .toSorted((left, right) => Number(left.slice(5)) - Number(right.slice(5)))

/** Finds the newest complete checkpoint under a folder, or null. */
export const latest = (parent: string): string | null => {
  if (!fs.existsSync(parent)) return null
  const newest = complete(parent).at(-1)
  return newest === undefined ? null : path.join(parent, newest)
}

/** Removes all but the newest `keep` checkpoints under a folder, except for those that are spared. */
export const prune = Effect.fn("Checkpoint.prune")((parent: string, keep: number, spared: ReadonlySet<string>) =>
  Effect.try({
    try: () => {
      for (const name of complete(parent).slice(0, -keep)) {
        const directory = path.join(parent, name)
        if (!spared.has(directory)) fs.rmSync(directory, { recursive: true, force: true })
      }
    },
    catch: (cause) =>
      new CheckpointError({ directory: parent, message: `an old checkpoint was not removed: ${messageOf(cause)}` })
  })
)

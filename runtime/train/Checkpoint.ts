/**
 * Checkpoints: a folder of safetensors files and a cursor, complete or not there at all.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Words from "../../dsl/Words.ts"
import type { NamedTensor, State } from "../step/Step.ts"
import type { Cursor } from "./Cursor.ts"
import * as Manifest from "./Manifest.ts"
import * as Safetensors from "./Safetensors.ts"
import type { History } from "./Tally.ts"

/** A checkpoint cannot be read or written; `message` says which one, and why. */
export class CheckpointError extends Schema.TaggedError<CheckpointError>()("CheckpointError", {
  directory: Schema.String,
  message: Schema.String
}) {}

/** All that a training goes on from: where it stands, its state, and the figures of the steps before. */
export interface Checkpoint {
  readonly cursor: Cursor
  readonly state: State
  readonly history: History
}

const states = { weights: "parameters", optimizer: "optimizer", buffers: "buffers", ema: "ema" } as const
const stateNames = Object.keys(states) as ReadonlyArray<keyof typeof states>
const fileOf = (name: keyof typeof states): string => `${name}.safetensors`
const historyName = "history.safetensors"

/** Names the folder of a step so that names sort as steps do. */
export const directoryName = (step: number): string => `step-${String(step).padStart(6, "0")}`

/** Writes a file and waits until it is on the disk. */
export const writeDurably: Manifest.WriteFile = (file, bytes) => {
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

const vector = (name: string, data: Float32Array): NamedTensor => ({ name, shape: [data.length], data })

const contentsOf = ({ history: { clipped, losses, norms }, state }: Checkpoint): ReadonlyArray<
  readonly [name: string, bytes: Uint8Array]
> => [
  ...stateNames.map((name) => [fileOf(name), Safetensors.encode(state[states[name]])] as const),
  [historyName, Safetensors.encode([vector("loss", losses), vector("gradNorm", norms), vector("clipped", clipped)])]
]

const fullCodes: ReadonlySet<string | null> = new Set(["ENOSPC", "EDQUOT"])

const notWritten = (directory: string, cause: unknown): string => {
  const why = `${fullCodes.has(Words.codeOf(cause)) ? "the disk is full: " : ""}${Words.reasonOf(cause)}`
  return `the checkpoint was not written to ${directory}: ${why}`
}

/** How a checkpoint is written. */
export interface WriteOptions {
  readonly writeFile?: Manifest.WriteFile
  /** Throws where somebody else has taken over the folder that is written to. */
  readonly guard?: () => void
}

const letPass = (): void => undefined

/**
 * Writes a checkpoint as a folder: into a temporary name, flushed to the disk, then renamed, with size and SHA-256 of
 * every file in its `checkpoint.json`, and the SHA-256 of that beside it.
 */
export const writeAs = Effect.fn("Checkpoint.writeAs")(
  (directory: string, checkpoint: Checkpoint, { guard = letPass, writeFile = writeDurably }: WriteOptions = {}) => {
    const temporary = `${directory}.${process.pid}.tmp`
    const replaced = `${directory}.old.${process.pid}.tmp`
    return Effect.try({
      try: () => {
        fs.rmSync(temporary, { recursive: true, force: true })
        fs.mkdirSync(temporary, { recursive: true })
        Manifest.write(temporary, checkpoint.cursor, checkpoint.state.updates, contentsOf(checkpoint), writeFile)
        syncDirectory(temporary)
        guard()
        // Moved out of the way, not removed: a process that is killed in between loses neither.
        if (fs.existsSync(directory)) fs.renameSync(directory, replaced)
        fs.renameSync(temporary, directory)
        syncDirectory(path.dirname(directory))
        fs.rmSync(replaced, { recursive: true, force: true })
        return directory
      },
      catch: (cause) => new CheckpointError({ directory, message: notWritten(directory, cause) })
    }).pipe(Effect.tapError(() => Effect.sync(() => fs.rmSync(temporary, { recursive: true, force: true }))))
  }
)

/** Writes a checkpoint under `parent`, in a folder that is named by its step, and returns that. */
export const write = (
  parent: string,
  checkpoint: Checkpoint,
  options: WriteOptions = {}
): Effect.Effect<string, CheckpointError> =>
  writeAs(path.join(parent, directoryName(checkpoint.cursor.step)), checkpoint, options)

/** What a checkpoint must be of to be gone on from. */
export type Expected = Pick<Cursor, "training" | "data" | "seed">

const short = (identity: string): string => identity.slice(0, 12)

const otherThan = (cursor: Cursor, { data, seed, training }: Expected): string | null => {
  if (cursor.training !== training) {
    return `it is of another training: its identity is ${short(cursor.training)} and not ${short(training)}`
  }
  if (cursor.data !== data) return "it was trained on other data: the fingerprint differs"
  return cursor.seed === seed ? null : `it was trained at seed ${cursor.seed} and not at seed ${seed}`
}

/**
 * Reads a checkpoint's folder. Fails where a file is missing, cut short or changed, and where the checkpoint is of
 * another training, other data or another seed than is expected.
 */
export const read = Effect.fn("Checkpoint.read")((directory: string, expected: Expected | null = null) =>
  Effect.try({
    try: (): Checkpoint => {
      if (!fs.existsSync(directory)) throw new Error("it is not there")
      const manifest = Manifest.read(directory)
      const { cursor, updates } = manifest
      const other = expected === null ? null : otherThan(cursor, expected)
      if (other !== null) throw new Error(other)
      const tensorsOf = (name: string) => Safetensors.decode(Manifest.fileOf(directory, name, manifest))
      const [parameters = [], optimizer = [], buffers = [], ema = []] = stateNames.map((name) =>
        tensorsOf(fileOf(name))
      )
      const history = new Map(tensorsOf(historyName).map(({ data, name }) => [name, data]))
      const figures = (name: string): Float32Array => history.get(name) ?? new Float32Array()
      return {
        cursor,
        state: { updates, parameters, optimizer, buffers, ema },
        history: { losses: figures("loss"), norms: figures("gradNorm"), clipped: figures("clipped") }
      }
    },
    catch: (cause) =>
      new CheckpointError({
        directory,
        message: `the checkpoint ${directory} cannot be used: ${Words.reasonOf(cause)}`
      })
  })
)

/**
 * Reads the weights of a checkpoint alone. Throws an Error where they are missing, cut short or changed, or where their
 * file has more than `most` bytes.
 */
export const weights = (directory: string, most: number): ReadonlyArray<NamedTensor> => {
  const name = fileOf("weights")
  const { size } = fs.statSync(path.join(directory, name))
  if (size > most) throw new Error(`${name} has ${size} bytes, and at most ${most} are read`)
  return Safetensors.decode(Manifest.fileOf(directory, name, Manifest.read(directory)))
}

const namesIn = (parent: string): ReadonlyArray<string> =>
  fs.statSync(parent, { throwIfNoEntry: false })?.isDirectory() === true ? fs.readdirSync(parent) : []

/** Lists the complete checkpoints under a folder, the oldest first. */
export const list = (parent: string): ReadonlyArray<{ readonly step: number; readonly directory: string }> =>
  namesIn(parent)
    .flatMap((name) => {
      const step = /^step-(\d+)$/.exec(name)?.[1]
      return step === undefined ? [] : [{ step: Number(step), directory: path.join(parent, name) }]
    })
    .toSorted((left, right) => left.step - right.step)

/** Finds the newest complete checkpoint under a folder, or null. */
export const latest = (parent: string): string | null => list(parent).at(-1)?.directory ?? null

const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return Words.codeOf(cause) === "EPERM"
  }
}

const removed = (parent: string, body: () => void): Effect.Effect<void, CheckpointError> =>
  Effect.try({
    try: body,
    catch: (cause) =>
      new CheckpointError({
        directory: parent,
        message: `an old checkpoint was not removed from ${parent}: ${Words.reasonOf(cause)}`
      })
  })

/**
 * Removes what processes that are gone have left half written under a folder, and puts back what they were about to
 * replace. Not to be called while this process writes there.
 */
export const sweep = (parent: string): Effect.Effect<void, CheckpointError> =>
  removed(parent, () => {
    for (const name of namesIn(parent)) {
      const [, whole = "", old, pid] = /^(.+?)(\.old)?\.(\d+)\.tmp$/.exec(name) ?? []
      if (pid === undefined || (Number(pid) !== process.pid && lives(Number(pid)))) continue
      const [left, wanted] = [path.join(parent, name), path.join(parent, whole)]
      if (old !== undefined && !fs.existsSync(wanted)) fs.renameSync(left, wanted)
      else fs.rmSync(left, { recursive: true, force: true })
    }
  })

/** Removes all but the newest `keep` checkpoints under a folder, except for those that are spared. */
export const prune = (
  parent: string,
  keep: number,
  spared: ReadonlySet<string>
): Effect.Effect<void, CheckpointError> =>
  removed(parent, () => {
    for (const { directory } of list(parent).slice(0, -keep)) {
      if (!spared.has(directory)) fs.rmSync(directory, { recursive: true, force: true })
    }
  })

export interface Newest {
  readonly found: { readonly directory: string; readonly checkpoint: Checkpoint } | null
  /** Those that are newer than what was found and cannot be gone on from, and why, the newest first. */
  readonly refused: ReadonlyArray<{ readonly directory: string; readonly reason: string }>
}

/**
 * Finds the newest checkpoint in any of several folders that is whole and of the training that is expected; of one step,
 * the one in the folder that is named first. What processes that are gone have left half written is swept away before.
 */
export const newest = Effect.fn("Checkpoint.newest")(
  function*(parents: ReadonlyArray<string>, expected: Expected): Effect.fn.Return<Newest> {
    for (const parent of parents) yield* Effect.ignore(sweep(parent))
    const refused: Array<Newest["refused"][number]> = []
    for (const { directory } of parents.flatMap(list).toSorted((left, right) => right.step - left.step)) {
      const checkpoint = yield* read(directory, expected).pipe(
        Effect.catch(({ message }) => {
          refused.push({ directory, reason: message })
          return Effect.succeed(null)
        })
      )
      if (checkpoint !== null) return { found: { directory, checkpoint }, refused }
    }
    return { found: null, refused }
  }
)

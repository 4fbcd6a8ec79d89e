/**
 * What is kept of a fault, so that it can be replayed elsewhere: the training before it, the state, and the batches.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Recipe from "../../dsl/Recipe.ts"
import * as Words from "../../dsl/Words.ts"
import type { Batch } from "../data/Batch.ts"
import type { DataFacts } from "../plan/Facts.ts"
import type { NamedTensor } from "../step/Step.ts"
import * as Checkpoint from "./Checkpoint.ts"
import type { StepEvent } from "./Event.ts"
import * as EventLog from "./EventLog.ts"
import * as Finite from "./Finite.ts"
import type { AttemptOutcome, OutcomeFault } from "./Outcome.ts"
import * as Safetensors from "./Safetensors.ts"

const format = "ballast.bundle/1"

/** A batch that the failing step was shown, without its numbers. */
export type Shown = Pick<Batch, "epoch" | "index" | "samples">

/** The document `bundle.json`. */
export interface BundleDocument {
  readonly format: typeof format
  readonly run: string
  readonly attempt: number
  readonly arm: string
  readonly seed: number
  readonly engine: AttemptOutcome["engine"]
  readonly fault: OutcomeFault
  /** What was to go wrong on purpose in the attempt, as it is typed; null for nothing. */
  readonly injection: string | null
  readonly onset: number
  readonly facts: DataFacts
  /** The batches of the failing step, as far as they were made. */
  readonly samples: ReadonlyArray<Shown>
  /** The last 50 steps, the failing one among them where it was computed. */
  readonly before: ReadonlyArray<StepEvent>
}

/** What a bundle is made of. What is called for a part of it may throw: the bundle then goes without. */
export interface Contents {
  readonly document: Omit<BundleDocument, "format">
  readonly recipe: Recipe.Recipe
  /** The batches that the document's samples speak of; none where they are too large. */
  readonly batches: ReadonlyArray<Batch>
  /** The state at the fault; null where there is none. Left out where it is not finite. */
  readonly present: () => Checkpoint.Checkpoint | null
  readonly snapshots: () => ReadonlyArray<Checkpoint.Checkpoint>
}

/** A bundle on the disk. Its checkpoints are read one by one, by `Checkpoint.read`. */
export interface Bundle {
  readonly directory: string
  readonly document: BundleDocument
  readonly recipe: Recipe.Recipe
  /** The folder of the state at the fault, before the failing step where that changed nothing; null where there is none. */
  readonly at: string | null
  /** The states before, the oldest first. */
  readonly snapshots: ReadonlyArray<{ readonly step: number; readonly directory: string }>
  /** The failing step's batches; empty where there were none, or more than are kept. */
  readonly batches: ReadonlyArray<Batch>
}

const numbers = ["images", "boxes", "classes", "present"] as const

const tensorsOf = (batches: ReadonlyArray<Batch>): ReadonlyArray<NamedTensor> =>
  batches.flatMap((batch, index) =>
    numbers.map((name) => ({
      name: `${index}.${name}`,
      shape: [batch[name].length],
      data: Float32Array.from(batch[name])
    }))
  )

const batchesOf = (tensors: ReadonlyArray<NamedTensor>, shown: ReadonlyArray<Shown>): ReadonlyArray<Batch> => {
  const byName = new Map(tensors.map(({ data, name }) => [name, data]))
  const at = (index: number, name: typeof numbers[number]): Float32Array => byName.get(`${index}.${name}`) ?? new Float32Array()
  return shown.map((batch, index) => ({
    ...batch,
    images: at(index, "images"),
    boxes: at(index, "boxes"),
    classes: Int32Array.from(at(index, "classes")),
    present: at(index, "present")
  }))
}

const writeJson = (file: string, document: unknown): void =>
  fs.writeFileSync(file, `${JSON.stringify(JSON.parse(EventLog.encode(document)), null, 2)}\n`, { flush: true })

/** Does what it can: what does not come about must not hide the fault. */
const tried = <E>(body: Effect.Effect<unknown, E>): Effect.Effect<void> => Effect.ignoreCause(body)

/**
 * Writes a bundle as the folder `directory`, complete or not there at all, and returns whether it is there. Fails never.
 */
export const write = Effect.fn("Bundle.write")(
  function*(directory: string, { batches, document, present, recipe, snapshots }: Contents): Effect.fn.Return<boolean> {
    const temporary = `${directory}.${process.pid}.tmp`
    const file = (name: string): string => path.join(temporary, name)
    const whole: BundleDocument = { format, ...document }
    const states = Effect.suspend(() => {
      const now = present()
      return now !== null && Finite.poisoned(now.state) === null ? Checkpoint.writeAs(file("at"), now) : Effect.void
    })
    const ring = Effect.suspend(() =>
      Effect.forEach(snapshots(), (snapshot) => tried(Checkpoint.write(file("snapshots"), snapshot)))
    )
    return yield* Effect.gen(function*() {
      yield* Effect.sync(() => {
        fs.mkdirSync(temporary, { recursive: true })
        writeJson(file("recipe.json"), Recipe.encode(recipe))
        writeJson(file("bundle.json"), whole)
      })
      yield* tried(states)
      yield* tried(ring)
      if (batches.length > 0) {
        // Where it does not fit, a part of it is there.
        const torn = Effect.sync(() => fs.rmSync(file("batches.safetensors"), { force: true }))
        const shown = Effect.sync(() => fs.writeFileSync(file("batches.safetensors"), Safetensors.encode(tensorsOf(batches))))
        yield* shown.pipe(Effect.catchCause(() => torn))
      }
      yield* Effect.sync(() => {
        fs.rmSync(directory, { recursive: true, force: true })
        fs.renameSync(temporary, directory)
      })
      return true
    }).pipe(Effect.catchCause(() => Effect.as(tried(Effect.sync(() => fs.rmSync(temporary, { recursive: true, force: true }))), false)))
  }
)

/** Removes what processes that are gone have left half written in the folders of a run's attempts. Fails never. */
export const sweep = (attempts: string): Effect.Effect<void> =>
  tried(Effect.suspend(() =>
    Effect.forEach(fs.readdirSync(attempts), (name) => tried(Checkpoint.sweep(path.join(attempts, name))))
  ))

/** What of a document a replay would break off without. */
const Shape = Schema.Struct({
  run: Schema.String,
  attempt: Schema.Number,
  arm: Schema.String,
  seed: Schema.Number,
  engine: Schema.NullOr(Schema.Struct({ engine: Schema.String })),
  fault: Schema.Struct({ tag: Schema.String, message: Schema.String, step: Schema.NullOr(Schema.Number) }),
  injection: Schema.NullOr(Schema.String),
  onset: Schema.Number,
  facts: Schema.Struct({
    classes: Schema.Array(Schema.String),
    images: Schema.Struct({ train: Schema.Number, val: Schema.Number }),
    trainFiles: Schema.NullOr(Schema.Array(Schema.String)),
    boxes: Schema.Struct({ train: Schema.Number, val: Schema.Number }),
    maxBoxes: Schema.Number,
    boxesByClass: Schema.Array(Schema.Number),
    fingerprint: Schema.NullOr(Schema.String)
  }),
  samples: Schema.Array(Schema.Struct({
    epoch: Schema.Number,
    index: Schema.Number,
    samples: Schema.Array(Schema.Struct({ row: Schema.Number, index: Schema.Number, file: Schema.NullOr(Schema.String) }))
  })),
  before: Schema.Array(Schema.Struct({ step: Schema.Number, loss: Schema.Number, gradNorm: Schema.Number }))
})

const parsed = (file: string, parse: (text: string) => unknown): unknown => {
  try {
    return parse(fs.readFileSync(file, "utf8"))
  } catch (cause) {
    throw new Error(`${file} cannot be read: ${Words.reasonOf(cause)}`, { cause })
  }
}

const documentIn = (directory: string, file: string): BundleDocument => {
  const document = parsed(file, EventLog.decode) as BundleDocument | null
  if (document?.format !== format) {
    throw new Error(`${directory} cannot be replayed: its format is ${document?.format}, and this version reads ${format}`)
  }
  const shape = Schema.decodeUnknownResult(Shape)(document)
  if (Result.isSuccess(shape)) return document
  throw new Error(`${file} is not what was written: ${shape.failure.message.replaceAll(/\s+/g, " ")}`)
}

/** Reads a bundle's folder, but for its states. Throws an Error that says what is wrong where it is not one. */
export const read = (directory: string): Bundle => {
  const file = (name: string): string => path.join(directory, name)
  if (!fs.existsSync(file("bundle.json"))) throw new Error(`${directory} holds no incident: bundle.json is missing`)
  const document = documentIn(directory, file("bundle.json"))
  const recipe = Recipe.decode(parsed(file("recipe.json"), JSON.parse))
  if (Result.isFailure(recipe)) {
    throw new Error(`${file("recipe.json")} is of another version: ${recipe.failure.map(({ path }) => path).join(", ")}`)
  }
  const batches = file("batches.safetensors")
  return {
    directory,
    document,
    recipe: recipe.success,
    at: fs.existsSync(file("at")) ? file("at") : null,
    snapshots: Checkpoint.list(file("snapshots")),
    batches: fs.existsSync(batches) ? batchesOf(Safetensors.decode(fs.readFileSync(batches)), document.samples) : []
  }
}

/**
 * A fault once more, from what its bundle holds: a failing step takes nothing else.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EngineFault } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import type { Source } from "../data/Source.ts"
import * as Sweep from "../data/Sweep.ts"
import { Engine } from "../engine/Engine.ts"
import * as Quarantine from "../plan/Quarantine.ts"
import type { Probe } from "../step/Probe.ts"
import type { RowOutcome } from "../step/Step.ts"
import * as Bundle from "../train/Bundle.ts"
import * as Checkpoint from "../train/Checkpoint.ts"
import * as Rerun from "./Rerun.ts"

/** A bundle lacks what its replay takes; `message` says what. */
export class NotReplayable extends Schema.TaggedError<NotReplayable>()("NotReplayable", { message: Schema.String }) {}

/** What one row of a failing batch comes to by itself, and the images that it shows: several in a mosaic. */
export interface Row extends RowOutcome {
  /** Relative to the data set's folder, `#7` for generated image 7. */
  readonly files: ReadonlyArray<string>
}

/** What came of a failing step's replay. */
export interface Replayed {
  /** The engine that replayed it. */
  readonly engine: string
  /** Whether it went wrong again. */
  readonly reproduced: boolean
  /** What went wrong, in a person's words; null where nothing did. */
  readonly fault: string | null
  /** A look at every node; null where the step did not get through. */
  readonly probe: Probe | null
  /** The images of the rows that the probe names. */
  readonly files: ReadonlyArray<string>
  /** Row by row, of the batch that failed; null where none did, or where the probe names the rows. */
  readonly rows: ReadonlyArray<Row> | null
}

/** Reads a bundle. Fails with NotReplayable where its folder is not one. */
export const open = (folder: string): Effect.Effect<Bundle.Bundle, NotReplayable> =>
  Effect.try({
    try: () => Bundle.read(folder),
    catch: (cause) => new NotReplayable({ message: Words.reasonOf(cause) })
  })

/** Lists the images that a row of a failing step's batch shows. */
const imagesOf = ({ document: { samples } }: Bundle.Bundle, batch: number, row: number): ReadonlyArray<string> =>
  (samples[batch]?.samples ?? []).filter((sample) => sample.row === row).map(({ file, index }) =>
    Quarantine.nameOf(file, index)
  )

/** The state before the failing step with its batches; a fault that needs neither, or left neither, has none. */
const stepOf = Effect.fnUntraced(function*(bundle: Bundle.Bundle) {
  if (bundle.at === null) {
    return yield* new NotReplayable({ message: `${bundle.directory} holds no state from before the failing step` })
  }
  if (bundle.batches.length < bundle.recipe.accumulate.batches) {
    return yield* new NotReplayable({ message: `${bundle.directory} does not hold the batches of the failing step` })
  }
  return yield* Checkpoint.read(bundle.at).pipe(
    Effect.mapError(({ message }) => new NotReplayable({ message }))
  )
})

/** Takes the failing step again on an opened bundle's compiled step, and looks into it where it fails again. */
export const step = Effect.fn("Replay.step")(
  function*(bundle: Bundle.Bundle, rerun: Rerun.Rerun): Effect.fn.Return<Replayed, NotReplayable, Engine> {
    const { description } = yield* Engine
    const at = yield* stepOf(bundle)
    const batches = [...bundle.batches]
    const next = Effect.sync(() => batches.shift() ?? bundle.batches[0]).pipe(
      Effect.flatMap((batch) => batch === undefined ? Effect.die(new Error("no batch is left")) : Effect.succeed(batch))
    )
    const { fault } = yield* Rerun.run(rerun, at, at.cursor.step + 1, next)
    const looked = yield* Effect.sync(() => {
      rerun.step.write(at.state)
      return rerun.step.probe(bundle.batches, { inject: rerun.injector.scalars(at.cursor.step) })
    }).pipe(Effect.catchDefect(() => Effect.succeed(null)))
    const failing = looked?.first ?? null
    const index = failing?.batch ?? bundle.batches.length - 1
    const batch = bundle.batches[index]
    const byRows = fault !== null && batch !== undefined && looked !== null && (failing?.rows ?? null) === null
      && failing?.direction !== "weights"
    const rows = !byRows ? null : yield* Effect.sync(() =>
      rerun.step.rows(batch).map((outcome, row): Row => ({ ...outcome, files: imagesOf(bundle, index, row) }))
    ).pipe(Effect.catchDefect(() => Effect.succeed(null)))
    const files = (failing?.rows ?? []).flatMap((row) => imagesOf(bundle, index, row))
    return { engine: description.engine, reproduced: fault !== null, fault, probe: looked, files, rows }
  }
)

/** What is told where no single step was looked into. */
const told = (engine: string, fault: string | null, files: ReadonlyArray<string>): Replayed => ({
  engine,
  reproduced: fault !== null,
  fault,
  probe: null,
  files,
  rows: null
})

/** Takes the steps of a divergence again, from the newest state before its onset: no single one of them failed. */
const course = Effect.fnUntraced(function*(bundle: Bundle.Bundle, rerun: Rerun.Rerun, source: Source | null) {
  const { description } = yield* Engine
  const { fault, onset } = bundle.document
  const kept = bundle.snapshots.findLast(({ step }) => step <= onset)
  if (kept === undefined) {
    return yield* new NotReplayable({ message: `${bundle.directory} holds no state from before step ${onset}, where it began` })
  }
  if (source === null) {
    return yield* new NotReplayable({ message: "the steps of a divergence are replayed on their images, which are not at hand" })
  }
  if (source.facts.fingerprint !== bundle.document.facts.fingerprint) {
    return yield* new NotReplayable({ message: "the images are not those that it was trained on: their fingerprint differs" })
  }
  const from = yield* Checkpoint.read(kept.directory).pipe(Effect.mapError(({ message }) => new NotReplayable({ message })))
  const ended = yield* Rerun.onData(rerun, bundle, source, from, (fault.step ?? onset) + 1)
  return told(description.engine, ended.fault, [])
})

/** Looks again for images that cannot be decoded: opening the data anew may have left out those that once were there. */
const images = Effect.fnUntraced(function*({ document: { facts } }: Bundle.Bundle, source: Source | null) {
  const { description } = yield* Engine
  if (source === null) return yield* new NotReplayable({ message: "its images are not at hand" })
  const before = new Set(facts.trainFiles ?? [])
  const leftOut = source.excluded.filter(({ file }) => before.has(file))
  const broken = [...leftOut, ...yield* Sweep.broken(source)]
  const [first] = broken
  const more = broken.length === 1 ? "" : `, and ${broken.length - 1} more`
  return told(
    description.engine,
    first === undefined ? null : `${first.file}: ${first.reason}${more}`,
    broken.map(({ file }) => file)
  )
})

/** What is to be replayed: a bundle's folder, absolute, and its data set where that is at hand. */
export interface Assignment {
  readonly bundle: string
  readonly source: Source | null
}

/**
 * Replays a bundle's fault: the step that failed, the steps of a divergence, or the reading of the images. Fails with
 * NotReplayable, and with EngineFault where the step cannot be compiled.
 */
export const run = Effect.fn("Replay.run")(
  function*({ bundle: folder, source }: Assignment): Effect.fn.Return<Replayed, NotReplayable | EngineFault, Engine> {
    const bundle = yield* open(folder)
    const { tag } = bundle.document.fault
    if (tag === "DataFault") return yield* images(bundle, source)
    return yield* Effect.scoped(Effect.flatMap(
      Rerun.compile(bundle, bundle.recipe),
      (rerun) => tag === "Diverged" ? course(bundle, rerun, source) : step(bundle, rerun)
    ))
  }
)

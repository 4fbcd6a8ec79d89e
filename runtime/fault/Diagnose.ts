/**
 * Looking into a fault on the engine that it happened on.
 */
import * as Effect from "effect/Effect"
import type { EngineFault } from "../../dsl/Fault.ts"
import type { Source } from "../data/Source.ts"
import * as Sweep from "../data/Sweep.ts"
import type { Engine } from "../engine/Engine.ts"
import type * as Bundle from "../train/Bundle.ts"
import type { TrialEvent } from "../train/Event.ts"
import type { Suspect, Trial } from "./Diagnosis.ts"
import * as Replay from "./Replay.ts"
import * as Rerun from "./Rerun.ts"
import * as Trials from "./Trials.ts"

/** What is to be looked into, as plain data that another process can receive. */
export interface Assignment {
  /** The bundle's folder, absolute. */
  readonly bundle: string
  readonly source: Source
}

/** What was seen, before it is judged. */
export interface Findings {
  /** The failing step once more; null where what failed is no step that can be replayed. */
  readonly replayed: Replay.Replayed | null
  readonly trials: ReadonlyArray<Trial>
  /** The images that cannot be decoded. */
  readonly broken: ReadonlyArray<Suspect>
}

const nothing: Findings = { replayed: null, trials: [], broken: [] }

/** A fault that does not come again when its step is replayed needs no cure. */
const passed: ReadonlyArray<Trial> = Trials.changes.map((change) =>
  change === "same again"
    ? { change, cured: true, steps: 1, reason: null }
    : { change, cured: null, steps: 0, reason: "not needed: the failing step went well when it was replayed" }
)

const ofNumbers = Effect.fnUntraced(function*(
  bundle: Bundle.Bundle,
  source: Source,
  onTrial: (trial: Trial) => void
): Effect.fn.Return<Findings, EngineFault, Engine> {
  return yield* Effect.scoped(Effect.gen(function*() {
    const rerun = yield* Rerun.compile(bundle, bundle.recipe)
    // A divergence is no single step's fault.
    const replayed = bundle.document.fault.tag === "Diverged"
      ? null
      : yield* Replay.step(bundle, rerun).pipe(Effect.catch(() => Effect.succeed(null)))
    if (replayed?.reproduced === false) {
      for (const trial of passed) if (trial.cured !== null) onTrial(trial)
      return { ...nothing, replayed, trials: passed }
    }
    const budget = bundle.recipe.retry.trials.steps
    return { ...nothing, replayed, trials: yield* Trials.run({ bundle, rerun, source, budget, onTrial }) }
  }))
})

/**
 * Looks into a fault: replays its step with a look at every node, tries changes, or looks through the data's files.
 * Fails with NotReplayable where the folder is no bundle, and with EngineFault where a step cannot be compiled.
 */
export const run = Effect.fn("Diagnose.run")(
  function*(
    { bundle: folder, source }: Assignment,
    emit: (event: TrialEvent) => void
  ): Effect.fn.Return<Findings, Replay.NotReplayable | EngineFault, Engine> {
    const bundle = yield* Replay.open(folder)
    const { attempt, fault, onset, run } = bundle.document
    const onTrial = ({ change, cured }: Trial): void =>
      emit({ kind: "trial", run, attempt, step: fault.step ?? onset, change, cured })
    switch (fault.tag) {
      case "NonFinite":
      case "Diverged":
      case "EngineFault":
        return yield* ofNumbers(bundle, source, onTrial)
      case "DataFault":
        return {
          ...nothing,
          broken: (yield* Sweep.broken(source)).map(({ file, reason }) => ({ file, row: null, reason }))
        }
      default:
        return nothing
    }
  }
)

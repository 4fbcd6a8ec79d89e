/**
 * What is kept of an attempt while it goes on: snapshots in memory, checkpoints where the recipe says, and recovery
 * checkpoints for what may befall the process.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { NonFinite, WorkerLost } from "../../dsl/Fault.ts"
import * as Words from "../../dsl/Words.ts"
import type { Step } from "../step/Step.ts"
import * as Allowance from "./Allowance.ts"
import * as Checkpoint from "./Checkpoint.ts"
import type { Cursor } from "./Cursor.ts"
import * as Finite from "./Finite.ts"
import type { WriteFile } from "./Manifest.ts"
import * as Snapshots from "./Snapshots.ts"
import type { Tally } from "./Tally.ts"

export interface Options {
  readonly step: Step
  readonly tally: Tally
  /** The attempt's folder. */
  readonly directory: string
  /** How many of the recipe's checkpoints stay; null for all of them. */
  readonly keep: number | null
  /** Where the training stands now. */
  readonly cursor: () => Cursor
  readonly onCheckpoint: (directory: string) => void
  /** Hears why there is no recovery checkpoint. */
  readonly onUnsafe: (why: string) => void
  /** How the files of the next of the recipe's checkpoints are written. */
  readonly writeFile: () => WriteFile
  /** Throws where this process may not write any more. */
  readonly guard: () => void
  /** Tells milliseconds. */
  readonly now: () => number
}

export interface Keeper {
  /** Keeps a snapshot and a recovery checkpoint where they are due, and a checkpoint where one is wanted. */
  readonly keep: (wanted: boolean) => Effect.Effect<void, NonFinite | WorkerLost>
  /** Writes the last checkpoint, unless it is there already. */
  readonly last: Effect.Effect<void, NonFinite | WorkerLost>
  /** Removes what was kept for a process that might not have come to its end. */
  readonly done: Effect.Effect<void, WorkerLost>
  readonly snapshots: () => ReadonlyArray<Checkpoint.Checkpoint>
  /** The step until which a state that is not finite any more is known to have been; null while it is. */
  readonly goodUntil: () => number | null
  /** The present state with all that belongs to it, whether finite or not. */
  readonly present: () => Checkpoint.Checkpoint
}

/** A recovery checkpoint takes at most this share of the time, and comes no sooner than this, in milliseconds. */
const share = 0.01
const leastApart = 5000
const recoveriesKept = 2

const lost = (message: string): WorkerLost => new WorkerLost({ exitCode: null, signal: null, message })

/** A checkpoint that cannot be written is the host's failure, and no better reason to train on without one. */
export const hostFailed = ({ message }: Checkpoint.CheckpointError): WorkerLost => lost(message)

/** Says that a state cannot be trained on any more: after which step, and what of it. */
const faultOf = ({ address, what }: Finite.Poisoned, cursor: Cursor, tally: Tally): NonFinite => {
  const { gradNorm, loss } = tally.last
  const step = Math.max(0, cursor.step - 1)
  const when = cursor.step === 0 ? "before the first step" : `after step ${step}`
  return new NonFinite({ step, loss, gradNorm, message: `${when} the ${what} \`${address}\` is not finite` })
}

/** Begins with a snapshot of the present state. Fails with NonFinite where that is not finite. */
export const make = Effect.fn("Keeper.make")(function*(options: Options): Effect.fn.Return<Keeper, NonFinite | WorkerLost> {
  const { cursor, directory, guard, now, step, tally } = options
  const checkpoints = path.join(directory, "checkpoints")
  const recovery = path.join(directory, "recovery")
  const snapshots = Snapshots.make(now())
  const recovering = Allowance.make({ share, least: leastApart, began: now() })
  let written: number | null = null
  let goodUntil: number | null = null

  const complete = (snapshot: Snapshots.Snapshot): Checkpoint.Checkpoint => ({
    ...snapshot,
    history: tally.history(snapshot.cursor.step)
  })

  const present = (): Checkpoint.Checkpoint => complete({ cursor: cursor(), state: step.read() })

  /** Reads the state, and keeps it as a snapshot, too, where one is due. */
  const read = Effect.gen(function*() {
    const began = now()
    const snapshot = { cursor: cursor(), state: step.read() }
    const poisoned = Finite.poisoned(snapshot.state)
    if (poisoned !== null) {
      goodUntil = snapshots.all().at(-1)?.cursor.step ?? snapshot.cursor.step
      return yield* faultOf(poisoned, snapshot.cursor, tally)
    }
    const ended = now()
    if (snapshots.due(snapshot.cursor.step, ended)) snapshots.add(snapshot, ended, ended - began)
    return snapshot
  })

  const prune = (spared: ReadonlySet<string>) =>
    options.keep === null ? Effect.void : Checkpoint.prune(checkpoints, options.keep, spared).pipe(Effect.mapError(hostFailed))

  /** Takes down that there is something to go on from, and what it took to write. */
  const secured = (began: number): void => {
    const ended = now()
    recovering.spent(ended, ended - began)
  }

  const write = Effect.fnUntraced(function*(snapshot: Snapshots.Snapshot) {
    const began = now()
    const { best, step } = snapshot.cursor
    const folder = yield* Checkpoint.write(checkpoints, complete(snapshot), { guard, writeFile: options.writeFile() }).pipe(
      Effect.mapError(hostFailed)
    )
    written = step
    secured(began)
    options.onCheckpoint(folder)
    yield* prune(new Set(best === null ? [] : [path.join(checkpoints, Checkpoint.directoryName(best.step))]))
  })

  /** Nobody asked for a recovery checkpoint: where there is no room for it, the training goes on without. */
  const recover = Effect.fnUntraced(function*(snapshot: Snapshots.Snapshot) {
    const began = now()
    yield* Effect.try({ try: guard, catch: (cause) => lost(Words.reasonOf(cause)) })
    yield* Checkpoint.write(recovery, complete(snapshot), { guard }).pipe(
      Effect.andThen(Checkpoint.prune(recovery, recoveriesKept, new Set())),
      Effect.catch(({ message }) => Effect.sync(() => options.onUnsafe(message)))
    )
    secured(began)
  })

  const keeper: Keeper = {
    keep: Effect.fnUntraced(function*(wanted) {
      const began = now()
      const recoveryDue = recovering.due(began)
      if (!wanted && !recoveryDue && !snapshots.due(cursor().step, began)) return
      const snapshot = yield* read
      if (wanted) yield* write(snapshot)
      else if (recoveryDue) yield* recover(snapshot)
    }),
    last: Effect.suspend(() => written === cursor().step ? Effect.void : Effect.flatMap(read, write)),
    done: Effect.try({
      try: () => fs.rmSync(recovery, { recursive: true, force: true }),
      catch: (cause) => lost(`${recovery} was not removed: ${Words.reasonOf(cause)}`)
    }),
    snapshots: () => snapshots.all().map(complete),
    goodUntil: () => goodUntil,
    present
  }

  for (const parent of [checkpoints, recovery]) yield* Checkpoint.sweep(parent).pipe(Effect.mapError(hostFailed))
  yield* read
  return keeper
})

import * as Schema from "effect/Schema"
import * as Duration from "./Duration.ts"
import * as Quantity from "./Quantity.ts"
import * as Remedy from "./Remedy.ts"

/** Ends the run. */
export const Stop = Schema.TaggedStruct("Stop", {})

/** One try: the remedies that are taken together. */
const Rung = Schema.NonEmptyArray(Remedy.Remedy)
export type Rung = typeof Rung.Type

/** Tries one rung after the other, each once, on top of those before it. */
export const Climb = Schema.TaggedStruct("Climb", { rungs: Schema.NonEmptyArray(Rung) })

/** Finds out why, and takes the remedy that fits, at most `attempts` times. */
export const Diagnose = Schema.TaggedStruct("Diagnose", { attempts: Quantity.countUpTo(100) })

/**
 * Tries the same again from the last checkpoint, at most `times`: after `first`, then `factor` times as long each time,
 * at most `most`. `jitter` is the share of the wait that is drawn at random, so that not all come back at once.
 */
export const Again = Schema.TaggedStruct("Again", {
  times: Quantity.countUpTo(100),
  first: Duration.Duration,
  factor: Quantity.atLeast(1),
  most: Duration.Duration,
  jitter: Quantity.share
})
export type Again = typeof Again.Type

/** What is done about a fault that the recipe, its data or its engine brought about: never the same again. */
const Change = Schema.Union([Stop, Climb, Diagnose])
export type Change = typeof Change.Type

/** What is done about a fault of the machine, which has nothing to do with the recipe. */
const Repeat = Schema.Union([Stop, Again])
export type Repeat = typeof Repeat.Type

/** A decision for each tag of `Fault`. */
const Decisions = Schema.Struct({
  NonFinite: Change,
  Diverged: Change,
  OutOfMemory: Change,
  DataFault: Change,
  EngineFault: Change,
  WorkerLost: Repeat,
  Preempted: Repeat,
  Timeout: Repeat
})
export type Decisions = typeof Decisions.Type

/**
 * What is tried after a fault. `trials` bounds the steps that the diagnosis of one fault may replay to find out what
 * would have cured it.
 */
export const Retry = Schema.Struct({
  on: Decisions,
  trials: Schema.Struct({ steps: Quantity.index }).annotate({ expected: "{ steps }" })
})
export type Retry = typeof Retry.Type

const defaultTrials = { steps: 400 }

const stop: Change & Repeat = { _tag: "Stop" }

const changes = (decision: Change) => ({
  NonFinite: decision,
  Diverged: decision,
  OutOfMemory: decision,
  DataFault: decision,
  EngineFault: decision
})

const repeats = (decision: Repeat) => ({ WorkerLost: decision, Preempted: decision, Timeout: decision })

/** Decides that a fault ends the run. */
export { stop }

/** Ends a run at its first fault, which is diagnosed all the same. */
export const never: Retry = { on: { ...changes(stop), ...repeats(stop) }, trials: defaultTrials }

/**
 * Tries the same again from the last checkpoint: `times` (5), after `first` ("1 second"), then `factor` (2) times as
 * long each time, at most `most` ("5 minutes"), of which the share `jitter` (0.5) is drawn at random.
 */
export const again = (options: Partial<Omit<Again, "_tag">> = {}): Again => ({
  _tag: "Again",
  times: 5,
  first: "1 second",
  factor: 2,
  most: "5 minutes",
  jitter: 0.5,
  ...options
})

type Step = Remedy.Remedy | Rung

const isTogether = (step: Step): step is Rung => Array.isArray(step)

/** Decides to try one rung after the other: each a remedy, or a list of remedies that are taken together. */
export const climb = (...rungs: readonly [Step, ...ReadonlyArray<Step>]): Change => {
  const [first, ...others] = rungs.map((step): Rung => isTogether(step) ? step : [step])
  return { _tag: "Climb", rungs: [first as Rung, ...others] }
}

/** Decides to find out why, and to take the remedy that fits, at most `attempts` (4) times. */
export const diagnose = (options: { readonly attempts?: number } = {}): Change => ({
  _tag: "Diagnose",
  attempts: 4,
  ...options
})

/**
 * Climbs one ladder after whatever goes wrong in the training, and tries again what the machine broke off:
 * `Retry.ladder(Remedy.tightenClip(), [Remedy.rollBack({ steps: 100 }), Remedy.skipBatches({ steps: 200 })])`.
 */
export const ladder = (...rungs: readonly [Step, ...ReadonlyArray<Step>]): Retry => ({
  on: { ...changes(climb(...rungs)), ...repeats(again()) },
  trials: defaultTrials
})

/**
 * Finds out why a training went wrong and takes the remedy that fits, at most `attempts` (4) times; tries again what the
 * machine broke off, as `again` says. `trials` bounds the steps that may be replayed for one diagnosis (400).
 */
export const diagnosed = (
  options: { readonly attempts?: number; readonly trials?: Retry["trials"]; readonly again?: Again } = {}
): Retry => ({
  on: { ...changes(diagnose({ attempts: options.attempts ?? 4 })), ...repeats(options.again ?? again()) },
  trials: options.trials ?? defaultTrials
})

/**
 * Decides for each fault by itself; the compiler asks for all of them. What the recipe, its data or its engine brings about
 * takes `stop`, `climb` or `diagnose`; what the machine brings about takes `stop` or `again`.
 */
export const on = (decisions: Decisions, options: { readonly trials?: Retry["trials"] } = {}): Retry => ({
  on: decisions,
  trials: options.trials ?? defaultTrials
})

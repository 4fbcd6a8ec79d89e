/**
 * Remedies and decisions on faults, as an experiment writes them.
 */
import * as Remedy from "../../../dsl/Remedy.ts"
import * as Retry from "../../../dsl/Retry.ts"
import * as Literal from "./Literal.ts"

const remedy = (value: Remedy.Remedy): string => {
  const name = `Remedy.${Literal.camel(value._tag)}`
  switch (value._tag) {
    case "QuarantineSample":
    case "HalveBatch":
    case "Reorder":
      return name
    case "SwitchEngine":
      return value.engine === null ? `${name}()` : `${name}(${Literal.plain(value.engine)})`
    case "RollBack":
      return Literal.call(name, value, Remedy.rollBack())
    case "ScaleLearningRate":
      return Literal.call(name, value, Remedy.scaleLearningRate())
    case "TightenClip":
      return Literal.call(name, value, Remedy.tightenClip())
    case "ExtendWarmup":
      return Literal.call(name, value, Remedy.extendWarmup())
    case "SkipBatches":
      return Literal.call(name, value, Remedy.skipBatches())
  }
}

/** Writes a rung as `Retry.climb` and `Retry.ladder` take it. */
const rung = (rung: Retry.Rung): string =>
  rung.length === 1 ? remedy(rung[0]) : `[${rung.map(remedy).join(", ")}]`

type Decision = Retry.Change | Retry.Repeat

/** Writes what is decided on a fault, or one of the remedies in it. */
export const decision = (value: Decision | Remedy.Remedy): string => {
  switch (value._tag) {
    case "Stop":
      return "Retry.stop"
    case "Climb":
      return `Retry.climb(${value.rungs.map(rung).join(", ")})`
    case "Diagnose":
      return Literal.call("Retry.diagnose", value, Retry.diagnose())
    case "Again":
      return Literal.call("Retry.again", value, Retry.again())
    default:
      return remedy(value)
  }
}

/** The one value that all of a list are; null where they differ. */
const shared = <A>([first, ...others]: readonly [A, ...ReadonlyArray<A>]): A | null =>
  others.every((other) => Literal.same(first, other)) ? first : null

const decided = (value: Literal.Tagged): string => decision(value as Decision)

/** Writes what is tried after every fault. */
export const retry = (value: Retry.Retry): string => {
  if (Literal.same(value, Retry.never)) return "Retry.never"
  const { on, trials } = value
  const change = shared([on.NonFinite, on.Diverged, on.OutOfMemory, on.DataFault, on.EngineFault])
  const repeat = shared([on.WorkerLost, on.Preempted, on.Timeout])
  const budget = Literal.same(trials, Retry.never.trials) ? {} : { trials }
  if (change?._tag === "Diagnose" && repeat?._tag === "Again") {
    const attempts = Literal.same(change, Retry.diagnose()) ? {} : { attempts: change.attempts }
    const again = Literal.same(repeat, Retry.again()) ? {} : { again: repeat }
    return Literal.call("Retry.diagnosed", { ...attempts, ...budget, ...again }, {}, decided)
  }
  if (change?._tag === "Climb" && Literal.same(value, Retry.ladder(...change.rungs))) {
    return `Retry.ladder(${change.rungs.map(rung).join(", ")})`
  }
  const decisions = Literal.of(on, decided)
  return `Retry.on(${"trials" in budget ? `${decisions}, ${Literal.plain(budget)}` : decisions})`
}

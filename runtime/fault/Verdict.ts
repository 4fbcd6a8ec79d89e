/**
 * The verdict on a fault, from the evidence alone.
 */
import * as Words from "../plan/rules/Words.ts"
import { type Change, type Diagnosis, inWords, type Trial, type Verdict } from "./Diagnosis.ts"
import { cured, type Evidence, type First } from "./Evidence.ts"
import * as Growth from "./Growth.ts"
import * as Suspicion from "./Suspicion.ts"

const halves: ReadonlyArray<Change> = ["half the learning rate", "a tighter clip"]

/**
 * What half of the learning rate or of the bound did: cured, did not, or was not tried at all. Before the first update
 * neither has done anything yet.
 */
const byHalf = (evidence: Evidence): boolean | null => {
  if (evidence.fault.step === 0) return false
  const outcomes = halves.map((change) => cured(evidence, change))
  return outcomes.includes(true) ? true : outcomes.includes(false) ? false : null
}

const passes = (evidence: Evidence): boolean => evidence.reproduced === false || cured(evidence, "same again") === true

const isOfData = (evidence: Evidence): boolean => {
  const without = cured(evidence, "without the batch")
  if (evidence.broken.length > 0 && without !== false) return true
  const half = byHalf(evidence)
  // The image may have been shown again within the trial's steps, or no trial could be made: that its row alone fails,
  // while the norms stayed where they were and no gentler step gets past it, tells enough.
  if (Suspicion.isOfRows(evidence) && half !== true && Growth.of(evidence.norms)?.grown !== true) return true
  return without === true && (half === false || Suspicion.isOfRows(evidence))
}

/** Judges a training whose numbers went wrong. */
const ofNumbers = (evidence: Evidence): Verdict => {
  const { fault, norms, probe } = evidence
  if (probe?.first?.direction === "input") return "bad-data"
  // A divergence takes many steps: that one of them is fine by itself says nothing.
  if (fault.tag === "NonFinite") {
    if (passes(evidence)) return "transient"
    if (cured(evidence, "another engine") === true) return "engine-fault"
  }
  if (isOfData(evidence)) return "bad-data"
  if (byHalf(evidence) === true || fault.tag === "Diverged" || Growth.of(norms)?.grown === true) return "explosion"
  const without = cured(evidence, "without the batch")
  if (without === true || cured(evidence, "without augmentation") === true) return "bad-data"
  // As long as not all was tried, the likeliest is not ruled out.
  return without === false && byHalf(evidence) === false ? "bad-graph" : "explosion"
}

const judge = (evidence: Evidence): Verdict => {
  switch (evidence.fault.tag) {
    case "NonFinite":
    case "Diverged":
      return ofNumbers(evidence)
    case "DataFault":
      return "bad-data"
    case "OutOfMemory":
    case "EngineFault":
      return passes(evidence) ? "transient" : "engine-fault"
    default:
      return "transient"
  }
}

const place = ({ direction, node }: First): string => {
  switch (direction) {
    case "weights":
      return `${node} of the state was not finite before the step began`
    case "input":
      return `the batch's ${node} were not finite`
    case "forward":
      return `the output of ${node} was the first that was not finite, on the way forward`
    case "loss":
      return `${node} was the first that was not finite`
    case "backward":
      return `the gradient at ${node} was the first that was not finite, on the way back`
  }
}

const sentence = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1).replace(/\.$/, "")}.`

/** Says what was not finite first, or else the fault's own message. */
const what = ({ fault: { message, step }, probe }: Evidence): string => {
  const first = probe?.first ?? null
  const at = step === null ? "" : `at step ${step} `
  if (first === null) return sentence(message)
  const { rows } = first
  return sentence(at + place(first) + (rows === null ? "" : `, in ${Words.plural(rows.length, "row")} of the batch`))
}

const outcomeOf = (
  trials: ReadonlyArray<Trial>,
  cured: boolean | null,
  outcome: (count: number) => string
): ReadonlyArray<string> => {
  const found = trials.filter((trial) => trial.cured === cured).map(({ change }) => inWords[change])
  return found.length === 0 ? [] : [`${Words.listed(found)} ${outcome(found.length)}`]
}

/** Says what cured the fault and what did not. */
const tried = ({ reproduced, trials }: Evidence): string => {
  const said = [
    ...(reproduced === null ? [] : [reproduced ? "taken again, the step failed again" : "taken again, the step was finite"]),
    ...outcomeOf(trials, true, () => "cured it"),
    ...outcomeOf(trials, false, () => "did not cure it"),
    ...outcomeOf(trials, null, (count) => count === 1 ? "was not tried" : "were not tried")
  ]
  return sentence(said.length === 0 ? "no trial was made" : said.join("; "))
}

const explain = (verdict: Verdict, evidence: Evidence): string => {
  const { fault: { tag }, norms } = evidence
  const suspects = verdict === "bad-data" ? Suspicion.of(evidence) : []
  const ofNumbers = tag === "NonFinite" || tag === "Diverged"
  return [
    what(evidence),
    ...(suspects.length > 0 ? [Suspicion.say(suspects)] : ofNumbers ? [Growth.say(norms)] : []),
    ...(ofNumbers || evidence.trials.length > 0 ? [tried(evidence)] : [])
  ].join(" ")
}

/** Judges a fault. There is a verdict on any evidence; the less there is, the more it is what is likeliest. */
export const of = (evidence: Evidence): Diagnosis => {
  const verdict = judge(evidence)
  const first = evidence.probe?.first ?? null
  return {
    verdict,
    node: first?.node ?? null,
    direction: first?.direction ?? null,
    files: verdict === "bad-data" ? Suspicion.of(evidence) : [],
    explanation: explain(verdict, evidence),
    trials: evidence.trials
  }
}

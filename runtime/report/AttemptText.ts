/**
 * Attempts at a run in words: what ended each, what was found out about that, and what was decided.
 */
import type * as Diagnosis from "../fault/Diagnosis.ts"
import * as RecipeDiff from "../plan/RecipeDiff.ts"
import type { AppliedRemedy, AttemptResult, RunResult } from "../run/Result.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import * as FaultText from "./FaultText.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"
import * as Place from "./Place.ts"
import * as Status from "./Status.ts"

/** Says on which way through the network something was seen. */
export const ways: Readonly<Record<NonNullable<Diagnosis.Diagnosis["direction"]>, string>> = {
  input: "in what the network was shown",
  forward: "forward",
  loss: "in the loss",
  backward: "backward",
  weights: "in the weights"
}

/** Says where a fault was first seen; null where nothing is known. */
const place = ({ direction, node }: Diagnosis.Diagnosis): string | null =>
  node === null ? null : `${node}${direction === null ? "" : `, ${ways[direction]}`}`

/** Says what a trial of a diagnosis came to. */
export const trial = ({ change, cured }: { readonly change: string; readonly cured: boolean | null }): string =>
  `${change}: ${cured === null ? "not tried" : cured ? "cured" : "not cured"}`

/** Lists what is otherwise in the next attempt, as a plan's difference: `clip: Clip.off -> Clip.globalNorm(1)`. */
export const changes = ({ engine, fields }: AppliedRemedy): ReadonlyArray<string> => [
  ...fields.map(RecipeDiff.say),
  ...(engine === null ? [] : [`engine: ${engine}`])
]

/** Says how attempt `number` goes on: from which step, and with what. */
export const next = (number: number, remedy: AppliedRemedy): string => {
  const said = changes(remedy)
  return said.length === 0
    ? `attempt ${number}: ${remedy.change}`
    : `attempt ${number} from step ${remedy.from}: ${said.join("; ")}`
}

/** Says which file and which row of its labels a fault was traced to, and why. */
export const suspect = ({ file, reason, row }: Diagnosis.Suspect): string =>
  `${file}${row === null ? "" : `, row ${row} of its labels`}: ${reason}`

/** What an explanation says beyond the fault's own message, which it may begin with; all of it where that is nothing. */
export const beyond = ({ explanation }: Diagnosis.Diagnosis, { message }: Pick<OutcomeFault, "message">): string => {
  const isSaid = explanation.toLowerCase().startsWith(message.toLowerCase())
  const rest = isSaid ? explanation.slice(message.length).replace(/^[.\s]+/, "") : explanation
  return rest === "" ? explanation : rest
}

/**
 * Says what was found out about a fault beyond its message; what the explanation does not name, such as further images, on
 * lines of its own.
 */
export const diagnosis = (found: Diagnosis.Diagnosis, fault: Pick<OutcomeFault, "message">): ReadonlyArray<string> => {
  const { explanation, files, node, verdict } = found
  return [
    `${verdict}: ${beyond(found, fault)}`,
    ...(node === null || explanation.includes(node) ? [] : [`first not finite: ${place(found)}`]),
    ...files.filter(({ file }) => !explanation.includes(file)).map(suspect)
  ]
}

/** Says from where an attempt went on, and whether that was to the bit; null for one that began at the beginning. */
const beginning = ({ exact, from }: AttemptResult): string | null =>
  exact === null
    ? null
    : `from step ${from}, ${exact.exact ? "to the bit" : `not to the bit: ${exact.reason ?? "nobody knows why"}`}`

const indent = 5

/** Writes an attempt: how it began and ended, what was found out, where the page about it is, and what was decided. */
export const of = (
  run: Pick<RunResult, "directory">,
  attempt: AttemptResult,
  { columns, cwd }: { readonly columns: number; readonly cwd: string }
): ReadonlyArray<Line.Line> => {
  const { fault, number, remarks, remedy, status } = attempt
  const said = (text: string, tone: Line.Tone = "plain") => Paragraph.of(text, columns, { indent, tone })
  const began = beginning(attempt)
  const page = FaultText.page(run, attempt)
  return [
    Line.truncate(Line.of("  ", `${number}  `, Status.of(status)), columns),
    ...(began === null ? [] : said(began)),
    ...remarks.flatMap((remark) => said(remark, "doubtful")),
    ...(fault === null ? [] : said(FaultText.say(fault))),
    ...(fault === null || attempt.diagnosis === null ? [] : diagnosis(attempt.diagnosis, fault).flatMap((text) => said(text))),
    ...(page === null ? [] : said(`the account: ${Place.of(page, cwd)}`)),
    ...(remedy === null ? [] : said(next(number + 1, remedy), "strong"))
  ]
}

/** Counts a run's attempts, where there were several, and says whether it ended on another recipe: `3, remedied`. */
export const count = ({ attempts, remedied }: Pick<RunResult, "attempts" | "remedied">): string =>
  `${attempts.length}${remedied ? ", remedied" : ""}`

/** Says what it cost to come to an end: attempts that the machine broke off, spikes, and batches that were left out. */
export const remarks = (
  { infrastructure, skipped, spikes }: Pick<RunResult, "infrastructure" | "skipped" | "spikes">
): ReadonlyArray<string> => [
  ...(infrastructure === 0 ? [] : [`broken off by the machine ${infrastructure === 1 ? "once" : `${infrastructure} times`}`]),
  ...(spikes === 0 ? [] : [`${Figure.plural(spikes, "spike")} of loss or norm`]),
  ...(skipped === 0 ? [] : [`${skipped === 1 ? "1 batch" : `${skipped} batches`} left out`])
]

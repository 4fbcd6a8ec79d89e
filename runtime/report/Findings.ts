/**
 * What a plan has to say about a recipe, for its author.
 */
import type { Finding, Severity } from "../plan/Finding.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

const tones: Readonly<Record<Severity, Line.Tone>> = { error: "bad", warning: "doubtful", advice: "quiet" }

const indent = 11

/** What usually answers a rule's finding, as the author would write it. */
const remedies: Readonly<Record<string, string>> = {
  "clip/off-on-cold-start": "set clip: Clip.globalNorm(1), or warmup: Warmup.linear({ epochs: 3 }), or both",
  "schedule/high-peak-without-warmup": "set warmup: Warmup.linear({ epochs: 3 }), or lower the schedule's peak",
  "warmup/longer-than-run": "shorten warmup.length, or lengthen the run",
  "data/batch-larger-than-data": "lower batch, or add images",
  "model/input-not-multiple-of-stride": "set model.input to a multiple of 32",
  "data/classes-differ": "correct Dataset.yolo's classes, or leave them out: they come from the data"
}

/** Says what to do about a finding; null where its message says it, or where nothing needs doing. */
export const remedy = ({ rule, severity }: Finding): string | null => {
  const change = remedies[rule] ?? null
  if (severity === "advice") return null
  if (severity === "error") return change
  const accept = `Recipe.accept("${rule}", "why this is right here")`
  return change === null ? `answer it in the source: ${accept}` : `${change}; or answer it: ${accept}`
}

/** Writes findings, each with its severity, rule, path, message and what to do. */
export const of = (findings: ReadonlyArray<Finding>, columns: number): ReadonlyArray<Line.Line> =>
  findings.flatMap((finding) => {
    const todo = remedy(finding)
    const rule = Line.of(
      "  ",
      Line.span(Line.pad(finding.severity, 7), tones[finding.severity]),
      "  ",
      Line.span(finding.rule, "strong")
    )
    const place = Line.of(finding.path === "" ? "" : ` at ${finding.path}`)
    return [
      ...(Line.width(rule) + Line.width(place) <= columns
        ? [[...rule, ...place]]
        : [rule, ...Paragraph.of(`at ${finding.path}`, columns, { indent })]),
      ...Paragraph.of(finding.message, columns, { indent }),
      ...(todo === null ? [] : Paragraph.of(`What to do: ${todo}`, columns, { indent }))
    ]
  })

/** Counts findings by severity in words: `1 error, 2 warnings`; null where there are none. */
export const counted = (findings: ReadonlyArray<Finding>): string | null => {
  const number = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length
  const parts = [
    ...(number("error") === 0 ? [] : [Figure.plural(number("error"), "error")]),
    ...(number("warning") === 0 ? [] : [Figure.plural(number("warning"), "warning")]),
    ...(number("advice") === 0 ? [] : [`${number("advice")} of advice`])
  ]
  return parts.length === 0 ? null : parts.join(", ")
}

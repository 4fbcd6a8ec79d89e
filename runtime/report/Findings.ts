/**
 * What a plan has to say about a recipe, for its author.
 */
import type { Finding, Severity } from "../plan/Finding.ts"
import * as Rules from "../plan/rules/Rules.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

/** The tone that each severity is written in. */
export const tones: Readonly<Record<Severity, Line.Tone>> = { error: "bad", warning: "doubtful", advice: "quiet" }

const indent = 11

/** What usually answers a finding, as the author would write it; code stands between backticks. */
const remedies: ReadonlyMap<string, string> = new Map([
  ...Rules.all.map(({ id, remedy }) => [id, remedy] as const),
  ["data/classes-differ", "correct the classes of the data set, or leave them out: they come from the data"]
])

/** Says what to do about a finding; null where its message says it, or where its author accepted it. */
export const remedy = ({ accepted, rule, severity }: Finding): string | null => {
  const change = remedies.get(rule)?.replaceAll("`", "") ?? null
  if (accepted !== undefined) return null
  if (severity !== "warning") return change
  const accept = `Recipe.accept("${rule}", "why this is right here")`
  return change === null ? `answer it in the source: ${accept}` : `${change}; or answer it: ${accept}`
}

const one = (finding: Finding, place: string, columns: number): ReadonlyArray<Line.Line> => {
  const todo = remedy(finding)
  const rule = Line.of(
    "  ",
    Line.span(Line.pad(finding.severity, 7), tones[finding.severity]),
    "  ",
    Line.span(finding.rule, "strong")
  )
  const beside = Line.of(place === "" ? "" : ` ${place}`)
  return [
    ...(Line.width(rule) + Line.width(beside) <= columns
      ? [[...rule, ...beside]]
      : [rule, ...Paragraph.of(place, columns, { indent })]),
    ...Paragraph.of(finding.message, columns, { indent, tone: finding.accepted === undefined ? "plain" : "quiet" }),
    ...(todo === null ? [] : Paragraph.of(`What to do: ${todo}`, columns, { indent }))
  ]
}

const placeOf = ({ path }: Finding): string => path === "" ? "" : `at ${path}`

/** Writes findings, each with its severity, rule, path, message and what to do. */
export const of = (findings: ReadonlyArray<Finding>, columns: number): ReadonlyArray<Line.Line> =>
  findings.flatMap((finding) => one(finding, placeOf(finding), columns))

const severities: ReadonlyArray<Severity> = ["error", "warning", "advice"]

/** Writes the findings of all arms, the gravest first; one that several arms share is written once and names them. */
export const ofArms = (
  arms: ReadonlyArray<{ readonly arm: string; readonly findings: ReadonlyArray<Finding> }>,
  columns: number
): ReadonlyArray<Line.Line> => {
  const found = arms.flatMap(({ arm, findings }) => findings.map((finding) => ({ arm, finding })))
  const alike = Map.groupBy(found, ({ finding: { message, path, rule, severity } }) =>
    JSON.stringify([severity, rule, path, message]))
  const groups = [...alike.values()].flatMap((group) => {
    const [first] = group
    return first === undefined ? [] : [{ finding: first.finding, names: group.map(({ arm }) => arm).join(", ") }]
  })
  return severities.flatMap((severity) =>
    groups.filter(({ finding }) => finding.severity === severity).flatMap(({ finding, names }) =>
      one(finding, arms.length === 1 ? placeOf(finding) : `${placeOf(finding)} (${names})`.trimStart(), columns)
    )
  )
}

/** Counts findings by severity in words: `1 error, 2 warnings`; null where there are none. */
export const counted = (findings: ReadonlyArray<Pick<Finding, "severity">>): string | null => {
  const number = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length
  const parts = [
    ...(number("error") === 0 ? [] : [Figure.plural(number("error"), "error")]),
    ...(number("warning") === 0 ? [] : [Figure.plural(number("warning"), "warning")]),
    ...(number("advice") === 0 ? [] : [`${number("advice")} of advice`])
  ]
  return parts.length === 0 ? null : parts.join(", ")
}

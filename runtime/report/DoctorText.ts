/**
 * Whether trainings can run here, and what is to be done where they cannot.
 */
import type { Diagnosis } from "../run/doctor/Doctor.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"
import * as Paragraph from "./Paragraph.ts"

const tones: Readonly<Record<Diagnosis["status"], Line.Tone>> = { ok: "good", warning: "doubtful", failed: "bad" }

const statusColumns = "warning".length
const mostName = 24
/** Below this there is no room for text beside a name. */
const leastBeside = 72
const gap = "  "

const arrow = "-> "

const remedyOf = ({ remedy }: Diagnosis, columns: number, indent: number): ReadonlyArray<Line.Line> =>
  Paragraph.of(remedy ?? "", columns, { indent: indent + arrow.length, tone: "strong" }).map((line, index) =>
    index === 0 ? [Line.span(`${" ".repeat(indent)}${arrow}`, "quiet"), ...line.slice(1)] : line
  )

const diagnosisOf = (diagnosis: Diagnosis, columns: number, nameColumns: number): ReadonlyArray<Line.Line> => {
  const { found, name, status } = diagnosis
  const beside = columns >= leastBeside
  const indent = beside ? statusColumns + nameColumns + 2 * gap.length : gap.length
  const shown = Line.shorten(Line.clean(name), beside ? nameColumns : columns - statusColumns - gap.length)
  const head: Line.Line = [
    Line.span(status.padEnd(statusColumns), tones[status]),
    Line.span(gap),
    Line.span(beside ? Line.pad(shown, nameColumns) + gap : shown, "strong")
  ]
  const [first = Line.empty, ...others] = Paragraph.of(found, columns, { indent })
  return [
    ...(beside ? [[...head, ...first.slice(1)]] : [head, first]),
    ...others,
    ...remedyOf(diagnosis, columns, indent)
  ]
}

const counted = (diagnoses: ReadonlyArray<Diagnosis>): Line.Line => {
  const count = (wanted: Diagnosis["status"]): number => diagnoses.filter(({ status }) => status === wanted).length
  const warnings = count("warning") === 0 ? "" : Figure.plural(count("warning"), "warning")
  return count("failed") === 0
    ? Line.of(Line.span("nothing keeps trainings from running here", "good"), warnings === "" ? "" : `, ${warnings}`)
    : Line.of(Line.span(`${count("failed")} failed`, "bad"), warnings === "" ? "" : `, ${warnings}`)
}

/** Writes what was looked at, each with what is to be done about it, and the count of what is wrong. */
export const of = (diagnoses: ReadonlyArray<Diagnosis>, columns: number): ReadonlyArray<Line.Line> => {
  const nameColumns = Math.min(mostName, Math.max(0, ...diagnoses.map(({ name }) => Line.widthOf(Line.clean(name)))))
  return [
    ...diagnoses.flatMap((diagnosis) => diagnosisOf(diagnosis, columns, nameColumns)),
    Line.empty,
    ...Paragraph.fitted(counted(diagnoses), columns)
  ]
}

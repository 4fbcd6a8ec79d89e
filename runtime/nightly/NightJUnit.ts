/**
 * A night as JUnit's XML, which every continuous integration reads: one suite an experiment, one case a comparison.
 */
import { type Html as Xml, html as xml } from "../report/html/Html.ts"
import type { Row } from "./Night.ts"
import type { Failed, NightReport } from "./NightReport.ts"
import * as NightWords from "./NightWords.ts"
import type { Broken } from "./PlannedText.ts"

/** Two characters that markup may hold and XML may not. */
const legal = (text: string): string => text.replace(/[\ufffe\uffff]/g, "\ufffd")

type Outcome = "failure" | "error" | "skipped" | null

interface Case {
  readonly suite: string
  readonly group: string
  readonly name: string
  readonly outcome: Outcome
  readonly message: string
}

const outcomeOf = ({ verdict }: Row): Outcome => {
  switch (verdict) {
    case "regressed":
      return "failure"
    case "missing":
    case "new":
    case "undecided":
      return "skipped"
    default:
      return null
  }
}

const ofRow = (row: Row): Case => ({
  suite: row.experiment,
  group: row.hardware === null ? row.arm : `${row.arm} (${row.engine} on ${row.hardware})`,
  name: NightWords.metric(row),
  outcome: outcomeOf(row),
  message: `${row.verdict}: ${row.reason}`
})

const ofFailed = ({ arm, experiment, fault, run, seed }: Failed): Case => ({
  suite: experiment,
  group: arm,
  name: `seed ${seed} of ${run}`,
  outcome: "error",
  message: fault
})

const ofBroken = ({ file, message }: Broken): Case => ({ suite: file, group: file, name: "planned", outcome: "error", message })

const write = ({ group, message, name, outcome, suite }: Case): Xml => {
  const said = legal(message)
  const inside = outcome === null
    ? xml`<system-out>${said}</system-out>`
    : outcome === "failure"
      ? xml`<failure message="${said}">${said}</failure>`
      : outcome === "error" ? xml`<error message="${said}">${said}</error>` : xml`<skipped message="${said}"/>`
  return xml`    <testcase classname="${legal(`${suite}.${group}`)}" name="${legal(name)}">${inside}</testcase>
`
}

const count = (cases: ReadonlyArray<Case>, outcome: Outcome): number => cases.filter((one) => one.outcome === outcome).length

/** Writes the report. */
export const of = ({ broken, comparisons, failed }: NightReport): string => {
  const cases = [...comparisons.map(ofRow), ...failed.map(ofFailed), ...broken.map(ofBroken)]
  const suites = [...Map.groupBy(cases, ({ suite }) => suite)]
  return xml`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="ballast nightly" tests="${cases.length}" failures="${count(cases, "failure")}" errors="${count(cases, "error")}">
${suites.map(([suite, own]) =>
    xml`  <testsuite name="${legal(suite)}" tests="${own.length}" failures="${count(own, "failure")}" errors="${count(own, "error")}" skipped="${count(own, "skipped")}">
${own.map(write)}  </testsuite>
`)}</testsuites>
`.toString()
}

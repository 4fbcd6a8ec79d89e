import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ClopperPearson from "../../runtime/nightly/statistics/ClopperPearson.ts"
import * as Combinations from "../../runtime/nightly/statistics/Combinations.ts"
import * as HodgesLehmann from "../../runtime/nightly/statistics/HodgesLehmann.ts"
import * as Holm from "../../runtime/nightly/statistics/Holm.ts"
import * as MannWhitney from "../../runtime/nightly/statistics/MannWhitney.ts"
import * as MeansTest from "../../runtime/nightly/statistics/MeansTest.ts"
import type { Sides } from "../../runtime/nightly/statistics/Sides.ts"
import { decode } from "../../runtime/train/EventLog.ts"
import { hasPython, python } from "../python.ts"
import * as Require from "../require.ts"

interface Entry {
  readonly case: {
    readonly first: ReadonlyArray<number>
    readonly second: ReadonlyArray<number>
    readonly confidence: number
    readonly p: ReadonlyArray<number>
    readonly trials: number
    readonly seen: number
  }
  readonly answer: {
    readonly mannWhitney: Sides
    readonly means: Sides
    readonly holm: ReadonlyArray<number>
    readonly shift: HodgesLehmann.Shift | null
    readonly interval: { readonly low: number; readonly high: number }
    readonly least: number
  }
}

const hasScipy = process.env["BALLAST_PYTHON"] !== undefined && hasPython("scipy")

const stored = fs.readFileSync(path.join(import.meta.dirname, "statistics.json"), "utf8")

const entriesOf = (text: string): ReadonlyArray<Entry> => decode(text) as ReadonlyArray<Entry>

const close = (found: number, expected: number, what: string): void =>
  found === expected ? undefined : assert.closeTo(found, expected, 1e-9 * Math.max(1, Math.abs(expected)), what)

const agrees = (found: Sides, expected: Sides, what: string): void => {
  close(found.less, expected.less, `${what}, less`)
  close(found.greater, expected.greater, `${what}, greater`)
  close(found.twoSided, expected.twoSided, `${what}, two-sided`)
}

const judge = (entries: ReadonlyArray<Entry>): void => {
  assert.isAtLeast(entries.length, 200)
  for (const [index, { answer, case: { confidence, first, p, second, seen, trials } }] of entries.entries()) {
    agrees(MannWhitney.test(first, second), answer.mannWhitney, `Mann-Whitney, case ${index}`)
    agrees(MeansTest.test(first, second), answer.means, `means, case ${index}`)
    for (const [place, corrected] of Holm.corrected(p).entries()) close(corrected, answer.holm[place] ?? NaN, `Holm, case ${index}`)
    if (answer.shift !== null) {
      const estimate = HodgesLehmann.estimate(first, second, confidence)
      close(estimate?.shift ?? NaN, answer.shift.shift, `shift, case ${index}`)
      close(estimate?.low ?? NaN, answer.shift.low, `low, case ${index}`)
      close(estimate?.high ?? NaN, answer.shift.high, `high, case ${index}`)
    }
    const interval = ClopperPearson.interval(seen, trials, confidence)
    close(interval.low, answer.interval.low, `interval, case ${index}`)
    close(interval.high, answer.interval.high, `interval, case ${index}`)
    close(Combinations.leastP(first.length, second.length), answer.least, `least, case ${index}`)
  }
}

describe("the exact tests, the correction and the intervals", () => {
  it("come to what scipy has computed", () => judge(entriesOf(stored)))
})

Require.part("scipy", hasScipy, "the exact tests, beside the scipy that is there", () => {
  it("come to what scipy computes now", () => {
    const program = path.join(import.meta.dirname, "statistics.py")
    const { stderr, stdout } = spawnSync(python, [program, "--again"], { input: stored, encoding: "utf8" })
    assert.notStrictEqual(stdout, "", stderr)
    judge(entriesOf(stdout))
  }, 120_000)
})

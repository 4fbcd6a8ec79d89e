/**
 * A night in words, as all its reports say it.
 */
import * as Figure from "../report/Figure.ts"
import type { Verdict } from "./Comparison.ts"
import * as Night from "./Night.ts"
import type { NightReport } from "./NightReport.ts"

/** How each verdict is meant. */
export const tones: Readonly<Record<Verdict, "good" | "bad" | "doubtful" | "quiet">> = {
  regressed: "bad",
  missing: "doubtful",
  flaky: "doubtful",
  changed: "doubtful",
  undecided: "doubtful",
  new: "doubtful",
  better: "good",
  same: "quiet"
}

/** Names what a comparison is of. */
export const metric = ({ metric }: Night.Row): string => metric ?? "the arm"

/** Writes a figure of a comparison; `-` where there is none. */
export const figure = ({ metric }: Pick<Night.Row, "metric">, value: number | null): string => {
  if (value === null) return "-"
  switch (metric) {
    case "memory":
      return Figure.quantity(value, "B")
    case "map50":
    case "accuracy":
      return Figure.precision(value)
    case "clipRate":
      return Figure.percent(value)
    case "incidents":
    case "attempts":
      return Figure.chosen(value)
    default:
      return Figure.measured(value)
  }
}

/** Writes a corrected p; `-` where nothing was tested. */
export const chance = ({ p }: Pick<Night.Row, "p">): string => p === null ? "-" : Figure.measured(p)

/** Counts samples on both sides: the night's against the baseline's. */
export const samples = ({ samples: { baseline, observed } }: Pick<Night.Row, "samples">): string => `${observed} / ${baseline}`

/** Puts comparisons in the order in which somebody wants to read them: the gravest first. */
export const gravestFirst = ({ comparisons }: Pick<NightReport, "comparisons">): ReadonlyArray<Night.Row> =>
  comparisons.toSorted((left, right) => Night.gravity.indexOf(left.verdict) - Night.gravity.indexOf(right.verdict))

/** Counts comparisons by their verdicts: `1 regressed, 6 same`. */
export const counted = ({ comparisons }: Pick<NightReport, "comparisons">): string => {
  const counts = Map.groupBy(comparisons, ({ verdict }) => verdict)
  const said = Night.gravity.flatMap((verdict) => counts.has(verdict) ? [`${counts.get(verdict)?.length} ${verdict}`] : [])
  return said.length === 0 ? "nothing to compare" : said.join(", ")
}

/** Says how many of a night's runs have ended. */
export const progress = ({ all, ended }: NightReport["runs"]): string =>
  `${ended} of ${Figure.plural(all, "run")} ${all === 1 ? "has" : "have"} ended`

/** Says how far a night has come, which commit it measures, and when it began. */
export const about = ({ ended, night, origin: { commit, dirty }, runs, started }: NightReport): string => {
  if (night === null) return "nothing is due: --all runs every experiment all the same"
  const where = commit === null ? "of no commit" : `of ${commit.slice(0, 12)}${dirty === null ? "" : " with changes"}`
  const far = ended === null ? progress(runs) : Figure.plural(runs.all, "run")
  return `night ${night} ${where}, begun ${Figure.zoned(started)}, ${far}`
}

/** Says what has to be known beside the comparisons, one sentence each. */
export const besides = ({ broken, comparisons, failed }: NightReport): ReadonlyArray<string> => [
  ...failed.map(({ arm, experiment, fault, run, seed }) => `${experiment}, ${arm}, seed ${seed} failed: ${fault} (${run})`),
  ...broken.map(({ file, message }) => `${file} is left out: ${message}`),
  ...(comparisons.some(({ verdict }) => verdict === "new")
    ? ["to compare what is new with something: npx ballast nightly accept LAUNCH --reason WHY makes runs of several seeds a baseline"]
    : [])
]

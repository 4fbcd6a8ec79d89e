import * as Random from "../../../runtime/data/Random.ts"
import * as Comparison from "../../../runtime/nightly/Comparison.ts"
import type { Sample } from "../../../runtime/nightly/Measured.ts"
import * as Metric from "../../../runtime/nightly/Metric.ts"
import * as Holm from "../../../runtime/nightly/statistics/Holm.ts"

const loss = Metric.metrics.find(({ name }) => name === "loss") as Metric.Metric

const [seeds, baselineSeeds] = [5, 10]
/** The mean of a loss and its deviation, which are far enough apart that the floor is a tenth of the deviation. */
const [mean, deviation] = [1, 0.1]

const draw = (random: Random.Stream, count: number, drop: number): ReadonlyArray<Sample> =>
  Array.from({ length: count }, (_, seed) => {
    const normal = Math.sqrt(-2 * Math.log(1 - random.uniform())) * Math.cos(2 * Math.PI * random.uniform())
    return { seed, run: `run-${seed}`, losses: [], metrics: { loss: mean + deviation * (normal + drop) } }
  })

const compared = (baseline: ReadonlyArray<Sample>, observed: ReadonlyArray<Sample>): Comparison.Comparison => {
  const comparison = Comparison.compare(loss, baseline, observed)
  if (comparison === null) throw new Error("there are figures")
  return comparison
}

/** How many nights had an alarm before its repeat, and how many had one that its repeat has shown, too. */
export interface Alarms {
  readonly first: number
  readonly confirmed: number
}

/** Makes nights in which nothing has changed, of so many comparisons, and counts those with an alarm. */
export const quiet = (nights: number, comparisons: number): Alarms => {
  const random = Random.stream("quiet nights", comparisons)
  let [first, confirmed] = [0, 0]
  for (let night = 0; night < nights; night++) {
    const baselines = Array.from({ length: comparisons }, () => draw(random, baselineSeeds, 0))
    const made = baselines.map((baseline) => compared(baseline, draw(random, seeds, 0)))
    const worse = Holm.corrected(made.map((comparison) => comparison.worse))
    const verdicts = made.map((comparison, place) => {
      const corrected = { worse: worse[place] ?? NaN, better: 1, together: comparisons }
      if (!Comparison.judge(comparison, corrected, null).unconfirmed) return null
      return Comparison.judge(comparison, corrected, compared(baselines[place] ?? [], draw(random, seeds, 0))).verdict
    })
    if (verdicts.some((verdict) => verdict !== null)) first++
    if (verdicts.includes("regressed")) confirmed++
  }
  return { first, confirmed }
}

/** Makes nights in which one of so many comparisons has got worse by so many deviations, and counts those that find it. */
export const found = (nights: number, comparisons: number, drop: number): number => {
  const random = Random.stream("nights with a drop", comparisons, drop)
  return Array.from({ length: nights }, () => {
    const baseline = draw(random, baselineSeeds, 0)
    const comparison = compared(baseline, draw(random, seeds, drop))
    const corrected = { worse: Math.min(1, comparison.worse * comparisons), better: 1, together: comparisons }
    return Comparison.judge(comparison, corrected, compared(baseline, draw(random, seeds, drop))).verdict
  }).filter((verdict) => verdict === "regressed").length
}

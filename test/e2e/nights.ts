/**
 * Nights of a very small experiment, as their command tells of them.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as Night from "../../runtime/nightly/Night.ts"
import type { NightReport } from "../../runtime/nightly/NightReport.ts"
import type { Database, StoreFailed } from "../../runtime/run/store/Database.ts"
import { Tables } from "../../runtime/run/store/Tables.ts"
import { tiny } from "./queueing.ts"

/** Writes an experiment, of one arm if nothing is said; one with a time has it come, and not come again while a test runs. */
export const experiment = (options: {
  readonly arms?: string
  readonly peak?: string
  readonly seeds?: string
  readonly steps?: number
  readonly timed?: boolean
} = {}): string =>
  tiny({ steps: options.steps ?? 40, arms: options.arms ?? "{ calm }", rest: options.timed ? `triggers: [Trigger.cron("0 3 29 2 *")]` : "" })
    .replace("constant(0.01)", `constant(${options.peak ?? "0.1"})`)
    .replace("seeds: [0]", `seeds: [${options.seeds ?? "0"}]`)

/** A peak so low that the loss stays where it begins. */
export const worsePeak = "1e-5"

export interface ReportDocument extends Pick<NightReport, "broken" | "launches" | "night" | "runs" | "verdict"> {
  readonly ended: string | null
  readonly comparisons: ReadonlyArray<Pick<Night.Row, "arm" | "metric" | "reason" | "test" | "verdict">>
}

/** Reads what a night prints with `--json`. */
export const readReport = (stdout: string): ReportDocument => JSON.parse(stdout) as ReportDocument

/** Lists the verdicts of a night's comparisons, each with its metric. */
export const verdictsOf = (stdout: string): ReadonlyArray<readonly [string | null, string]> =>
  readReport(stdout).comparisons.map(({ metric, verdict }) => [metric, verdict])

/** Names what the first arm of a plan trains. */
export const trainingOf = (plan: string): string => {
  const { arms } = JSON.parse(plan) as { readonly arms: ReadonlyArray<{ readonly identity: { readonly training: string } }> }
  return String(arms[0]?.identity.training)
}

interface BaselineJson {
  readonly arm: string
  readonly training: string
  readonly samples: ReadonlyArray<{ readonly seed: number; readonly run: string; readonly metrics: Readonly<Record<string, number>> }>
}

/** Edits the baselines of a project, as somebody with an editor can. */
export const editBaseline = (folder: string, edit: (baseline: BaselineJson) => BaselineJson | ReadonlyArray<BaselineJson>): void => {
  const file = path.join(folder, "baselines/tiny.json")
  const document = JSON.parse(fs.readFileSync(file, "utf8")) as { readonly baselines: ReadonlyArray<BaselineJson> }
  fs.writeFileSync(file, JSON.stringify({ ...document, baselines: document.baselines.flatMap(edit) }))
}

/** Leaves the loss of each sample alone: few samples can decide on one metric, and on no more. */
const lossAlone = ({ samples, ...baseline }: BaselineJson): BaselineJson => ({
  ...baseline,
  samples: samples.map(({ metrics: { loss = NaN }, ...sample }) => ({ ...sample, metrics: { loss } }))
})

/** Compares by the loss alone. */
export const byLoss = (folder: string): void => editBaseline(folder, lossAlone)

/** Against so many samples one run can come to a verdict. */
const enough = 19

/** Has the baseline of one run hold as many as a single run can be compared with, which differ by little. */
export const widen = (folder: string): void =>
  editBaseline(folder, (baseline) => {
    const { samples: [first], ...rest } = lossAlone(baseline)
    if (first === undefined) return baseline
    const { metrics: { loss = NaN } } = first
    const others = Array.from({ length: enough - 1 }, (_, index) => ({
      ...first,
      seed: index + 1,
      run: `${first.run}-${index + 1}`,
      losses: [],
      metrics: { loss: loss * (1 + (index + 1) * 1e-6) }
    }))
    return { ...rest, samples: [first, ...others] }
  })

/** Says that the baseline has trained what a run of a night has: as if the same recipe were trained otherwise. */
export const claim = (folder: string, home: string, { launches }: ReportDocument): void => {
  const plan = path.join(folder, home, "runs", `${launches[0]?.launch}-1`, "plan.json")
  const training = trainingOf(fs.readFileSync(plan, "utf8"))
  editBaseline(folder, (baseline) => ({ ...baseline, training }))
}

const inTables = <A>(folder: string, use: (tables: Database) => Effect.Effect<A, StoreFailed>): Promise<A> =>
  Effect.runPromise(Effect.provide(Effect.flatMap(Tables, use), Tables.layerSqlite(path.join(folder, ".ballast/ballast.db"))))

/** Asks the record of a project's own home. */
export const rows = (folder: string, statement: string, ...values: ReadonlyArray<string>) =>
  inTables(folder, (tables) => tables.rows(statement, ...values))

/** Changes the record of a project's own home. */
export const change = (folder: string, statement: string, ...values: ReadonlyArray<string>) =>
  inTables(folder, (tables) => tables.change(statement, ...values))

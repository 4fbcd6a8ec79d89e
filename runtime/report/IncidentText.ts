/**
 * The account of one fault, on a page: what happened, why, what was tried, what worked, what it cost, how to replay it.
 */
import type * as Diagnosis from "../fault/Diagnosis.ts"
import * as OptimClip from "../optim/Clip.ts"
import type { AppliedRemedy, AttemptResult, RunResult } from "../run/Result.ts"
import type { BundleDocument } from "../train/Bundle.ts"
import type { StepEvent } from "../train/Event.ts"
import type { OutcomeFault } from "../train/Outcome.ts"
import * as AttemptText from "./AttemptText.ts"
import * as Figure from "./Figure.ts"
import * as Markdown from "./Markdown.ts"
import * as ResultText from "./ResultText.ts"
import * as Sparkline from "./Sparkline.ts"

/** The document `incident.json`. */
export interface Account {
  readonly format: "ballast.incident/1"
  /** What `ballast replay` takes. */
  readonly incident: string
  readonly experiment: string
  readonly run: string
  readonly arm: string
  readonly seed: number
  readonly attempt: number
  readonly engine: string | null
  readonly fault: OutcomeFault
  readonly diagnosis: Diagnosis.Diagnosis | null
  /** What was decided after it; null where the run ended with it. */
  readonly remedy: AppliedRemedy | null
  /** The attempts after it. */
  readonly later: ReadonlyArray<Pick<AttemptResult, "number" | "from" | "status" | "fault">>
  readonly status: RunResult["status"]
  /** Steps that were taken again, steps that trials replayed, and seconds that the diagnosis took; null where not known. */
  readonly cost: { readonly steps: number | null; readonly replayed: number; readonly seconds: number | null }
  /** The images of the failing step's batches; null for a generated image's file. */
  readonly samples: ReadonlyArray<{ readonly row: number; readonly index: number; readonly file: string | null }>
  /** The last steps, the failing one among them where it was computed. */
  readonly before: ReadonlyArray<
    Pick<StepEvent, "step" | "loss" | "gradNorm" | "clipBound" | "clipped" | "finite" | "learningRate">
  >
}

/** Makes the account of an attempt's fault; `seconds` is how long its diagnosis took, where that is known. */
export const accountOf = (
  experiment: string,
  run: RunResult,
  { fault, ...attempt }: AttemptResult & { readonly fault: OutcomeFault },
  bundle: Pick<BundleDocument, "samples" | "before">,
  seconds: number | null
): Account => {
  const { diagnosis, number, remedy } = attempt
  return {
    format: "ballast.incident/1",
    incident: attempt.incident ?? `${run.id}.${number}`,
    experiment,
    run: run.id,
    arm: run.arm,
    seed: run.seed,
    attempt: number,
    engine: ResultText.engine(run),
    fault,
    diagnosis,
    remedy,
    later: run.attempts.filter((other) => other.number > number)
      .map(({ fault, from, number, status }) => ({ number, from, status, fault })),
    status: run.status,
    cost: {
      steps: remedy === null || fault.step === null ? null : Math.max(0, fault.step - remedy.from),
      replayed: (diagnosis?.trials ?? []).reduce((sum, { steps }) => sum + steps, 0),
      seconds
    },
    samples: bundle.samples.flatMap(({ samples }) => samples.map(({ file, index, row }) => ({ row, index, file }))),
    before: bundle.before.map(({ clipBound, clipped, finite, gradNorm, learningRate, loss, step }) => ({
      step,
      loss,
      gradNorm,
      clipBound,
      clipped,
      finite,
      learningRate
    }))
  }
}

const { code, text } = Markdown

/** Steps that are evenly apart stand in the table, about so many, and the one at which it began. */
const rows = 10
const mostCurve = 50
/** A step of many images names the first ones; the JSON has them all. */
const mostNames = 16

const section = (title: string, ...lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines.length === 0 ? [] : [`## ${title}`, "", ...lines, ""]

/** Ends a sentence that may have ended by itself. */
const sentence = (said: string): string => /[.!?]$/.test(said) ? said : `${said}.`

const happened = ({ diagnosis, fault, samples }: Account): ReadonlyArray<string> => {
  const began = fault.step !== null && fault.onset < fault.step ? ` It began at step ${fault.onset}.` : ""
  const node = diagnosis?.node ?? null
  const way = diagnosis?.direction ?? null
  const files = [...new Set(samples.map(({ file, index }) => file ?? `#${index}`))]
  return [
    ...(fault.injected === null ? [] : [`It was brought about on purpose, by ${code(`--inject ${fault.injected}`)}.`, ""]),
    `**${text(fault.tag)}**: ${sentence(text(fault.message))}${began}${
      node === null ? "" : ` What is not finite first is ${code(node)}${way === null ? "" : `, ${AttemptText.ways[way]}`}.`
    }`,
    ...(files.length === 0 ? [] : [
      "",
      `The step was shown ${Figure.plural(files.length, "image")}: ${files.slice(0, mostNames).map(code).join(", ")}${
        files.length > mostNames ? " and others" : ""
      }.`
    ])
  ]
}

const why = ({ diagnosis, fault }: Account): ReadonlyArray<string> =>
  diagnosis === null ? ["It was not looked into."] : [
    `**${diagnosis.verdict}**: ${sentence(text(AttemptText.beyond(diagnosis, fault)))}`,
    ...(diagnosis.files.length === 0 ? [] : [
      "",
      ...diagnosis.files.map(({ file, reason, row }) =>
        `- ${code(file)}${row === null ? "" : `, row ${row} of its labels`}: ${text(reason)}`
      )
    ])
  ]

const tried = ({ diagnosis }: Account): ReadonlyArray<string> =>
  diagnosis === null || diagnosis.trials.length === 0 ? [] : [
    "From the last good state, over the same steps, with one thing changed at a time:",
    "",
    ...Markdown.table(
      [{ text: "change" }, { text: "cured" }, { text: "steps", right: true }, { text: "why" }],
      diagnosis.trials.map(({ change, cured, reason, steps }) => [
        text(change),
        cured === null ? "not tried" : cured ? "yes" : "no",
        String(steps),
        text(reason ?? "")
      ])
    )
  ]

const outcomeOf = ({ fault, number, status }: Account["later"][number]): string =>
  fault === null
    ? `Attempt ${number} ${status}.`
    : `Attempt ${number} ${status} (${text(fault.tag)}): ${sentence(text(fault.message))}`

const worked = ({ attempt, later, remedy, status }: Account): ReadonlyArray<string> => {
  if (remedy === null) return [`Nothing was tried after attempt ${attempt}: the run ${status}.`]
  const changes = AttemptText.changes(remedy)
  return [
    `Attempt ${attempt + 1}: ${sentence(text(remedy.change))}`,
    ...(changes.length === 0 ? [] : ["", ...Markdown.block(changes)]),
    ...(later.length === 0 ? [] : ["", later.map(outcomeOf).join(" ") + (later.length > 1 ? ` The run ${status}.` : "")])
  ]
}

const costs = ({ cost: { replayed, seconds, steps }, diagnosis }: Account): ReadonlyArray<string> => {
  const trials = (diagnosis?.trials ?? []).filter(({ cured }) => cured !== null).length
  const parts = [
    ...(steps === null ? [] : [`${Figure.plural(steps, "step")} taken again`]),
    ...(trials === 0 ? [] : [`${Figure.plural(replayed, "step")} replayed in ${Figure.plural(trials, "trial")}`]),
    ...(seconds === null ? [] : [`${Figure.duration(seconds)} of diagnosis`])
  ]
  return parts.length === 0 ? [] : [sentence(parts.join(", "))]
}

const curve = (name: string, values: ReadonlyArray<number>): string =>
  `${name}  ${Sparkline.line(values, mostCurve)}  ${Figure.measured(values[0] ?? NaN)} to ${Figure.measured(values.at(-1) ?? NaN)}`

/** What a gradient was multiplied with. Where every tensor is clipped by itself, that is not one number. */
const ratio = ({ clipBound, clipped, finite, gradNorm }: Account["before"][number]): string => {
  if (!finite) return "-"
  if (!clipped) return "1"
  return Number.isFinite(clipBound) ? Figure.measured(OptimClip.coefficient(gradNorm, clipBound)) : "by tensor"
}

const before = ({ before, fault: { onset } }: Account): ReadonlyArray<string> => {
  const last = before.at(-1)
  if (last === undefined) return []
  const apart = Math.ceil(before.length / rows)
  const shown = before.filter(({ step }, index) => (before.length - 1 - index) % apart === 0 || step === onset)
  return [
    ...Markdown.block([curve("loss", before.map(({ loss }) => loss)), curve("norm", before.map(({ gradNorm }) => gradNorm))]),
    "",
    ...Markdown.table(
      ["step", "loss", "norm", "bound", "clip ratio", "learning rate"].map((text) => ({ text, right: true })),
      shown.map((event) => [
        String(event.step),
        Figure.measured(event.loss),
        Figure.measured(event.gradNorm),
        event.clipBound === Infinity ? "none" : Figure.measured(event.clipBound),
        ratio(event),
        Figure.measured(event.learningRate)
      ])
    )
  ]
}

/** Writes the page. */
export const of = (account: Account): string => {
  const { arm, attempt, engine, experiment, fault, incident, seed } = account
  const at = fault.step === null ? "" : ` at step ${fault.step}`
  const lines = [
    `# ${text(fault.tag)}${at}`,
    "",
    `Incident ${code(incident)}: experiment ${code(experiment)}, arm ${code(arm)}, seed ${seed}, attempt ${attempt}`
    + `${engine === null ? "" : `, on ${text(engine)}`}.`,
    "",
    ...section("What happened", ...happened(account)),
    ...section("Why", ...why(account)),
    ...section("What was tried", ...tried(account)),
    ...section("What was done", ...worked(account)),
    ...section("What it cost", ...costs(account)),
    ...section("The steps before", ...before(account)),
    ...section("To replay it", ...Markdown.block([`npx ballast replay ${incident}`]))
  ]
  return `${lines.join("\n").trimEnd()}\n`
}

/**
 * What a run saw, as the message of the commit that takes its advice.
 */
import * as Notation from "../../plan/Notation.ts"
import * as Words from "../../plan/rules/Words.ts"
import * as Line from "../../report/Line.ts"
import type { RunResult } from "../../run/Result.ts"
import type { RecipeChange } from "../../train/Outcome.ts"
import type { Taken } from "./Tune.ts"

/** A run whose advice was taken, and the version of Ballast that made it; null where that is not known. */
export interface Seen {
  readonly experiment: string
  readonly result: RunResult
  readonly ballast: string | null
}

/** No subject is longer: tools cut there. */
const longestSubject = 72
const longestLine = 72

/** Breaks text into lines; a word is never broken. */
const wrapped = (text: string): ReadonlyArray<string> => {
  const lines = [""]
  for (const word of Line.clean(text).split(" ")) {
    const last = lines.at(-1) ?? ""
    if (last === "") lines.splice(-1, 1, word)
    else if (last.length + 1 + word.length <= longestLine) lines.splice(-1, 1, `${last} ${word}`)
    else lines.push(word)
  }
  return lines
}

const fieldsOf = (change: RecipeChange): ReadonlyArray<keyof RecipeChange> => Object.keys(change) as ReadonlyArray<keyof RecipeChange>

const subjectOf = (taken: ReadonlyArray<Taken>, { experiment, result }: Seen): string => {
  const fields = [...new Set(taken.flatMap(({ after }) => fieldsOf(after)))]
  const where = `of ${Line.clean(result.arm)} in ${experiment}`
  const [only] = fields
  const value = fields.length === 1 && only !== undefined ? Notation.of(only, taken.at(-1)?.after[only]) : null
  const subjects = [
    ...(value === null ? [] : [`Set ${only} ${where} to ${value}`]),
    `Set ${Words.listed(fields)} ${where}`,
    `Set ${Words.listed(fields)} in ${experiment}`,
    `Take a run's advice in ${experiment}`
  ]
  return subjects.find((subject) => subject.length <= longestSubject) ?? "Take a run's advice"
}

const changes = ({ after, before }: Taken): ReadonlyArray<string> =>
  fieldsOf(after).map((field) => `  ${field}: ${Notation.of(field, before[field])} -> ${Notation.of(field, after[field])}`)

const { figure, percent } = Words

const figuresOf = ({ clipRate, engine, gradNorm, metrics, seed, spikes, steps }: RunResult): ReadonlyArray<readonly [string, string]> => [
  ["seed", String(seed)],
  ["steps", String(steps)],
  ["engine", engine ?? "none"],
  ["loss", figure(metrics.loss)],
  ["gradient norm", `median ${figure(gradNorm.median)}, p99 ${figure(gradNorm.p99)}, max ${figure(gradNorm.max)}`],
  ["clipped", percent(clipRate)],
  ["spikes", String(spikes)]
]

/** Writes the message: what is set, what the run saw and what that advises, and what the run was. */
export const message = (taken: ReadonlyArray<Taken>, seen: Seen): string => {
  const { ballast, experiment, result } = seen
  const run: ReadonlyArray<readonly [string, string]> = [
    ["run", `${result.id} (${Line.clean(experiment)}, ${Line.clean(result.arm)})`],
    ...figuresOf(result),
    ...(ballast === null ? [] : [["ballast", ballast] as const])
  ]
  return [
    subjectOf(taken, seen),
    ...taken.flatMap((one) => ["", ...wrapped(`${one.rule}: ${one.message}`), "", ...changes(one)]),
    "",
    ...run.map(([name, value]) => `${name}: ${value}`),
    ""
  ].join("\n")
}

/**
 * Reports on pull requests, as they should be and as a stranger would write them.
 */
import * as Clip from "../../../../dsl/Clip.ts"
import * as LearningRate from "../../../../dsl/LearningRate.ts"
import * as Recipe from "../../../../dsl/Recipe.ts"
import * as DiffDocument from "../../../../runtime/review/diff/DiffDocument.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import * as Rules from "../../../../runtime/review/lint/rules/Rules.ts"
import * as ReviewDocument from "../../../../runtime/review/report/ReviewDocument.ts"
import * as EventLog from "../../../../runtime/train/EventLog.ts"
import { base, planned } from "../diff/plans.ts"

const steeper = Recipe.with(base, { clip: Clip.off, schedule: LearningRate.cosine({ peak: 0.4, final: 0.001 }) })

const experiments = ExperimentDiff.all(
  [planned({ a: base, gone: base })],
  [planned({ a: steeper, new: base }, { question: "Why?" }), { kind: "refused", file: "experiments/bad.ts", reason: "it reads files" }],
  { seconds: () => null, touched: () => ["experiments/shared.ts"] }
)

type Objection = NonNullable<DiffDocument.Compared["policy"]>["objections"][number]

export const violation: Objection = { kind: "violation", experiment: "e", arm: "a", policy: "most.steps", message: "900 steps, and there may be 800" }
export const approval: Objection = { kind: "approval", experiment: "e", arm: "a", policy: "approve.clip", message: "clip: on -> off" }

/** The document of a diff with a changed, an added, a removed and a refused part. */
export const diff = (objections: ReadonlyArray<Objection> = [violation, approval]): DiffDocument.DiffDocument =>
  DiffDocument.of({
    base: { ref: "main", commit: "0".repeat(40) },
    head: { ref: "merged", commit: "1".repeat(40) },
    experiments,
    besides: ["workflows change (.github/workflows/review.yml)"],
    policy: { file: "ballast.policy.ts", objections }
  }, false)

/** The same without anything that stands against it. */
export const calm: DiffDocument.DiffDocument = { ...diff([]), experiments: [] }

/** What lint found in one file: something of a rule at a place. */
export const linted = (rule: string, file = "experiments/e.ts") => {
  const found = Rules.all.find(({ id }) => id === rule)
  if (found === undefined) throw new Error(`there is no rule ${rule}`)
  const place = { line: 3, column: 5 }
  const finding = { rule: found, message: "something", start: place, end: place, fixable: false, suppressible: true }
  return { file, path: `/checkout/${file}`, lines: [], findings: [finding], suppressed: [{ ...finding, reason: "it is meant" }], fixed: 0 }
}

export const report = ReviewDocument.make(diff(), [linted("source/random")], false)

/** Writes a document as a run leaves it. */
export const written = (document: object): string => EventLog.encode(document)

/** What is chosen among few words, so that a document with another would be none. */
const chosen = new Set(["format", "status", "severity", "kind", "name"])

/** Puts text wherever a document holds some that could be anything. */
export const throughout = (value: unknown, text: string, key = ""): unknown => {
  if (typeof value === "string") return chosen.has(key) ? value : text
  if (Array.isArray(value)) return value.map((item) => throughout(item, text, key))
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, throughout(item, text, key)]))
}

/** Texts that would do harm where they were read as Markdown. */
export const harmful: ReadonlyArray<string> = [
  "<!-- ballast review -->",
  "@everyone and @octo/team, cc a@b.example",
  "fixes #1, owner/name#2 and GH-3",
  "</details><script>alert(1)</script>",
  "</summary></details><img src=x onerror=alert(1)>",
  "[click](https://evil.example) and https://evil.example or www.evil.example",
  "![](https://evil.example/pixel.png)",
  "[a]: https://evil.example \"t\"\n\n[a]",
  "<https://evil.example>",
  "a\n\n# heading\n\n- [ ] task\n\n| a |\n|---|\n| b |",
  "```\n</details>\n```",
  "``` `` ` @everyone",
  "`\n</details>\n`",
  "\u202edetrever\u2066 \u200f",
  "$$\\href{https://evil.example}{x}$$",
  "\\",
  "|",
  "&lt;b&gt; &#64;everyone",
  "~~x~~ **y** __z__ ***"
]

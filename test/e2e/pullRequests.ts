/**
 * Pull requests against a repository of experiments, each with the verdict that it must come to.
 */
import { assert, expect } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import type { DiffDocument } from "../../runtime/review/diff/DiffDocument.ts"
import * as DiffMarkdown from "../../runtime/review/diff/DiffMarkdown.ts"
import { git } from "../runtime/source/repositories.ts"
import { inProject, type Project } from "./project.ts"

const shared = `
import { Clip, Dataset, LearningRate, Model, Optimizer, Recipe, Warmup } from "ballast"

export const base = Recipe.make({
  data: Dataset.shapes({ train: 64, val: 16, seed: 7, classes: ["circle", "square"] }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.cosine({ peak: 0.02, final: 0.001 }),
  warmup: Warmup.linear({ epochs: 1 }),
  clip: Clip.globalNorm(1),
  batch: 8,
  length: { epochs: 4 }
})
`

const experiment = `
import { Clip, Experiment, Expect, Recipe } from "ballast"
import { base } from "./shared/base.ts"

const tight = Recipe.with(base, { clip: Clip.globalNorm(0.5) })

export default Experiment.make("clipping", {
  question: "Does a tighter clip help?",
  arms: { base, tight },
  seeds: [0, 1],
  expect: [Expect.finite("tight")]
})
`

const other = experiment.replace(`"clipping"`, `"other"`).replace("0.5", "0.25")

type Files = Readonly<Record<string, string>>

const start: Files = {
  "experiments/clipping.ts": experiment,
  "experiments/other.ts": other,
  "experiments/shared/base.ts": shared
}

/** One pull request: what it changes, and the verdict on each experiment that is not unchanged. */
export interface PullRequest {
  readonly name: string
  /** Null removes a file. */
  readonly changes: Readonly<Record<string, string | null>>
  readonly verdicts: Readonly<Record<string, string>>
  /** What a field of the first changed arm must say. */
  readonly field?: readonly [path: string, restart: RegExp | null]
}

const inShared = (from: string, to: string): PullRequest["changes"] => ({
  "experiments/shared/base.ts": shared.replace(from, to)
})

const inExperiment = (from: string, to: string): PullRequest["changes"] => ({
  "experiments/clipping.ts": experiment.replace(from, to)
})

const both = { clipping: "changed", other: "changed" }

export const pullRequests: ReadonlyArray<PullRequest> = [
  { name: "a comment only", changes: inExperiment("const tight", "// tighter\nconst tight"), verdicts: {} },
  {
    name: "a file that moved",
    changes: {
      "experiments/clipping.ts": null,
      "experiments/cold/clipping.ts": experiment.replace("./shared", "../shared")
    },
    verdicts: { clipping: "renamed" }
  },
  {
    name: "a helper that was extracted",
    changes: {
      ...inExperiment("Recipe.with(base, { clip: Clip.globalNorm(0.5) })", "tighter(base, 0.5)"),
      "experiments/clipping.ts": experiment
        .replace("Recipe.with(base, { clip: Clip.globalNorm(0.5) })", "tighter(base, 0.5)")
        .replace(`from "./shared/base.ts"`, `from "./shared/base.ts"\nimport { tighter } from "./shared/tighter.ts"`),
      "experiments/shared/tighter.ts":
        `import { Clip, Recipe } from "ballast"\nexport const tighter = (recipe: Recipe.Recipe, norm: number) => Recipe.with(recipe, { clip: Clip.globalNorm(norm) })\n`
    },
    verdicts: {}
  },
  {
    name: "another peak, through a shared helper",
    changes: inShared("peak: 0.02", "peak: 0.04"),
    verdicts: both,
    field: ["schedule.peak", /another learning rate/]
  },
  {
    name: "half the batch, accumulated twice",
    changes: inShared("batch: 8,", "batch: 4,\n  accumulate: { batches: 2 },"),
    verdicts: both,
    field: ["batch", /other batches/]
  },
  {
    name: "another order of classes",
    changes: inShared(`["circle", "square"]`, `["square", "circle"]`),
    verdicts: both,
    field: ["data.classes.0", /other data/]
  },
  { name: "warmup in another unit", changes: inShared("Warmup.linear({ epochs: 1 })", "Warmup.linear({ steps: 8 })"), verdicts: {} },
  {
    name: "another arm",
    changes: inExperiment("arms: { base, tight }", "arms: { base, tight, tighter: Recipe.with(base, { clip: Clip.globalNorm(0.1) }) }"),
    verdicts: { clipping: "changed" }
  },
  { name: "seeds in another order", changes: inExperiment("seeds: [0, 1]", "seeds: [1, 0]"), verdicts: {} },
  {
    name: "another optimizer",
    changes: inShared("Optimizer.sgd({ momentum: 0.9 })", "Optimizer.adamw({ weightDecay: 0.01 })"),
    verdicts: both,
    field: ["optimizer", /another optimizer/]
  },
  {
    name: "an experiment less, and one more",
    changes: { "experiments/other.ts": null, "experiments/new.ts": other.replace(`"other"`, `"new"`).replace("0.25", "0.125") },
    verdicts: { new: "added", other: "removed" }
  },
  {
    name: "a malicious one",
    changes: inExperiment("const tight", `import * as fs from "node:fs"\nfs.writeFileSync("/tmp/canary", "")\nconst tight`),
    verdicts: { "experiments/clipping.ts": "refused" }
  }
]

const write = (folder: string, changes: PullRequest["changes"]): void => {
  for (const [file, text] of Object.entries(changes)) {
    const target = path.join(folder, file)
    if (text === null) fs.rmSync(target)
    else {
      fs.mkdirSync(path.dirname(target), { recursive: true })
      fs.writeFileSync(target, text)
    }
  }
}

const commit = (folder: string): void => {
  git(folder, ["add", "--all", "experiments"])
  git(folder, ["commit", "--quiet", "--message", "a"])
}

/** Lends a repository with a branch for each pull request. */
export const inRepository = (pullRequests: ReadonlyArray<PullRequest>, use: (project: Project) => Promise<void>): Promise<void> =>
  inProject(async (project) => {
    write(project.folder, start)
    git(project.folder, ["init", "--quiet", "--initial-branch=main"])
    commit(project.folder)
    for (const [index, { changes }] of pullRequests.entries()) {
      git(project.folder, ["checkout", "--quiet", "-b", `pull-${index}`, "main"])
      write(project.folder, changes)
      commit(project.folder)
    }
    git(project.folder, ["checkout", "--quiet", "main"])
    await use(project)
  })

const snapshotOf = (name: string): string =>
  path.join(import.meta.dirname, "snapshots", `${name.replaceAll(/[^a-z]+/gi, "-")}.md`)

/** Commits have another id each time that they are made, and branches are numbered as they come. */
const withoutCommits = (markdown: string): string =>
  markdown.replace(/^From `main` `[0-9a-f]{12}` to `pull-\d+` `[0-9a-f]{12}`\.$/m, "From `main` to `pull`.")

/** Compares each pull request with what it must come to. */
export const judge = (pullRequests: ReadonlyArray<PullRequest>): Promise<void> =>
  inRepository(pullRequests, async ({ ballast }) => {
    for (const [index, { field, name, verdicts }] of pullRequests.entries()) {
      const { code, stderr, stdout } = await ballast("diff", "--base", "main", "--head", `pull-${index}`, "--json", "--exit-code")
      assert.strictEqual(code, Object.keys(verdicts).length === 0 ? 0 : 1, `${name}: ${stderr}`)
      const document = JSON.parse(stdout) as DiffDocument
      await expect(withoutCommits(DiffMarkdown.of(document))).toMatchFileSnapshot(snapshotOf(name))
      const { experiments } = document
      assert.deepStrictEqual(Object.fromEntries(experiments.map(({ experiment, status }) => [experiment, status])), verdicts, name)
      if (field === undefined) continue
      const [wanted, restart] = field
      const found = experiments[0]?.arms[0]?.fields.find(({ path }) => path === wanted)
      assert.isDefined(found, `${name}: ${JSON.stringify(experiments[0]?.arms[0]?.fields)}`)
      if (restart !== null) assert.match(found?.restart ?? "", restart, name)
    }
  })

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import type { Locations } from "../../../../runtime/data/Locations.ts"
import * as Compare from "../../../../runtime/review/diff/Compare.ts"
import * as Home from "../../../../runtime/run/Home.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import * as checkouts from "../../source/checkouts.ts"
import * as repositories from "../../source/repositories.ts"

/** An experiment that takes its length from a file of the repository. */
const experiment = (name: string, from: string): string => `
import { Dataset, Experiment, LearningRate, Model, Optimizer, Recipe } from "ballast"
import { steps } from "${from}"
export const recipe = Recipe.make({
  data: Dataset.shapes({ train: 64, val: 16, seed: 7, classes: ["circle"] }),
  model: Model.yolo({ depth: 0.33, width: 0.125, input: 64 }),
  optimizer: Optimizer.sgd({ momentum: 0.9 }),
  schedule: LearningRate.cosine({ peak: 0.02, final: 0.001 }),
  batch: 8,
  length: { steps }
})
export default Experiment.make("${name}", { question: "Why?", arms: { a: recipe }, seeds: [0], expect: [] })
`

/** An experiment that takes another one's recipe. */
const taking = `
import { Experiment } from "ballast"
import { recipe } from "./a.ts"
export default Experiment.make("b", { question: "Why?", arms: { b: recipe }, seeds: [0], expect: [] })
`

const policy = `
import { Policy } from "ballast"
export default Policy.make({ most: { steps: 1000 } })
`

const few = "export const steps = 10\n"
const many = "export const steps = 100000\n"

interface Change {
  readonly base: Readonly<Record<string, string>>
  /** The base's symlinks, each with its target. */
  readonly links?: Readonly<Record<string, string>>
  /** Makes the head of the base's files. */
  readonly change: (folder: string) => void
  /** Whether the head is committed, as it is where nothing is said. */
  readonly committed?: boolean
}

const link = (folder: string, file: string, target: string): void => {
  fs.rmSync(path.join(folder, file), { force: true })
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.symlinkSync(target, path.join(folder, file))
}

/** Compares a change's revisions, by the policy. */
const compared = ({ base, change, committed = true, links = {} }: Change) =>
  inTemporaryFolder((folder) =>
    Effect.gen(function*() {
      for (const [file, target] of Object.entries(links)) link(folder, file, target)
      const before = repositories.make(folder, { "ballast.policy.ts": policy, ...base })
      change(folder)
      const head = committed ? repositories.commit(folder) : null
      const home = Home.at(path.join(folder, "home"))
      const locations: Locations = { of: () => null, known: [] }
      const found = yield* Compare.compare({ folder, base: before, head, all: false, seconds: () => null, home, locations })
      return {
        statuses: Object.fromEntries(found.experiments.map(({ experiment, status }) => [experiment, status])),
        reasons: found.experiments.flatMap(({ reason }) => reason ?? []),
        through: found.experiments.flatMap(({ through }) => through),
        findings: found.experiments.flatMap(({ arms }) => arms.flatMap(({ findings: { came } }) => came)),
        objections: (found.policy?.objections ?? []).map(({ policy }) => policy)
      }
    })
  )

describe("compare", () => {
  it.live("sees that an experiment is made of other files, whether or not any of them has changed", () =>
    Effect.gen(function*() {
      const recipe = experiment("a", "./length.ts")
      const { objections, statuses, through } = yield* compared({
        base: {
          "experiments/a.ts": recipe,
          "experiments/b.ts": taking,
          "experiments/c.ts": experiment("c", "./link.ts"),
          "experiments/d.ts": experiment("d", "./length.ts"),
          "experiments/length.ts": few,
          "experiments/link.ts": few,
          "experiments/shared/few.ts": few,
          "experiments/shared/many.ts": many
        },
        change: (folder) => {
          checkouts.write(folder, { "experiments/a.ts": recipe.replace("length: { steps }", "length: { steps: 200 * steps }") })
          link(folder, "experiments/link.ts", "shared/many.ts")
        }
      })
      assert.deepStrictEqual(statuses, { a: "changed", b: "changed", c: "changed", "experiments/d.ts": "unchanged" })
      assert.deepStrictEqual(through, ["experiments/a.ts", "experiments/shared/many.ts"])
      assert.deepStrictEqual(objections, ["most.steps", "most.steps", "most.steps"])
    }))

  it.live("sees in a folder what links lead to, what stands before another file, and what was a link", () =>
    Effect.gen(function*() {
      const { statuses, through } = yield* compared({
        base: {
          "experiments/a.ts": experiment("a", "./shared/length.ts"),
          "experiments/b.ts": experiment("b", "./length.js"),
          "experiments/c.ts": experiment("c", "./length.ts"),
          "experiments/length.ts": few,
          "few/length.ts": few,
          "many/length.ts": many
        },
        links: { "experiments/shared": "../few", "experiments/d.ts": "c.ts" },
        change: (folder) => {
          link(folder, "experiments/shared", "../many")
          fs.rmSync(path.join(folder, "experiments/d.ts"))
          checkouts.write(folder, { "experiments/length.js": many, "experiments/d.ts": experiment("c", "./length.ts") })
        },
        committed: false
      })
      assert.deepStrictEqual(statuses, { a: "changed", b: "changed", c: "added", "experiments/c.ts": "unchanged" })
      assert.deepStrictEqual(through, ["many/length.ts", "experiments/length.js"])
    }))

  it.live("refuses what it cannot read where an experiment could lie, and looks at no file of this host", () =>
    Effect.gen(function*() {
      const large = `${experiment("large", "./length.ts")}// ${"x".repeat(1 << 20)}\n`
      const from = (name: string, file: string) =>
        experiment(name, "./length.ts").replace(/model: (.*),\n/, (_, model: string) => `model: Model.from({ file: "${file}" }, ${model}),\n`)
      const { findings, reasons, statuses } = yield* compared({
        base: {
          "experiments/be\u200bfore.ts": few,
          "experiments/grows.ts": experiment("grows", "./length.ts"),
          "experiments/length.ts": few,
          "experiments/old.ts": large,
          "experiments/sa\u200bme.ts": few
        },
        change: (folder) => {
          const latin = (file: string): Buffer => Buffer.from(path.join(folder, file), "latin1")
          fs.writeFileSync(latin("caf\u00e9.ts"), few)
          fs.writeFileSync(latin("experiments/caf\u00e9.ts"), few)
          checkouts.write(folder, {
            "elsewhere/large.ts": large,
            "experiments/be\u200bfore.ts": many,
            "experiments/grows.ts": large,
            "experiments/host.ts": from("host", "/etc/passwd"),
            "experiments/none.ts": from("none", "/nowhere"),
            "experiments/table.json": JSON.stringify("x".repeat(1 << 20)),
            "experiments/un\u200bseen.ts": few
          })
          repositories.make(path.join(folder, "experiments/theirs"), { "x.ts": large })
        }
      })
      assert.deepStrictEqual(statuses, {
        "a name that is no UTF-8": "refused",
        "experiments/be\u200bfore.ts": "refused",
        "experiments/grows.ts": "refused",
        "experiments/theirs": "refused",
        "experiments/un\u200bseen.ts": "refused",
        host: "added",
        none: "added"
      })
      assert.sameMembers([...reasons], [
        "it has a name that is no UTF-8",
        "it has a name with characters that are not seen",
        "it is larger than 1 MiB",
        "it is a submodule, whose files are another repository's",
        "it has a name with characters that are not seen"
      ])
      assert.notMatch(JSON.stringify(findings), /start-unknown|passwd|nowhere/)
    }))
})

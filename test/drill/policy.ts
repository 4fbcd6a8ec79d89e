import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import type { DiffDocument } from "../../runtime/review/diff/DiffDocument.ts"
import { git } from "../runtime/source/repositories.ts"
import { type Ended, experiment, inProject, type Project } from "../e2e/project.ts"

const policy = `
import { Policy } from "ballast"
import { most } from "./experiments/shared/most.ts"

export default Policy.make({
  most: { steps: most, attempts: 1 },
  require: { clipOnColdStart: true },
  approve: ["steps", "clip", "expectations"]
})
`

const start = {
  "ballast.policy.ts": policy,
  "experiments/shared/most.ts": "export const most = 20\n",
  "experiments/small.ts": experiment({ name: "small", steps: 6, expect: `[Expect.finite("calm")]` }),
  // It is beyond every bound, and nobody changes it.
  "experiments/large.ts": experiment({ name: "large", steps: 900, recipe: "clip: Clip.off," })
}

const commit = (folder: string, files: Readonly<Record<string, string | null>>): void => {
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, file)
    fs.mkdirSync(path.dirname(target), { recursive: true })
    if (text === null) fs.rmSync(target)
    else fs.writeFileSync(target, text)
  }
  git(folder, ["add", "--all", "experiments", "ballast.policy.ts"])
  git(folder, ["commit", "--quiet", "--message", "a"])
}

/** Lends a repository whose main branch has a policy, and a branch beside it that changes something. */
const inChange = (
  changes: Readonly<Record<string, string | null>>,
  use: (diff: (...parameters: ReadonlyArray<string>) => Promise<Ended>, project: Project) => Promise<void>,
  base: Readonly<Record<string, string>> = start
): Promise<void> =>
  inProject(async (project) => {
    git(project.folder, ["init", "--quiet", "--initial-branch=main"])
    commit(project.folder, { ...start, ...base })
    git(project.folder, ["checkout", "--quiet", "-b", "change"])
    commit(project.folder, changes)
    await use((...parameters) => project.ballast("diff", "--base", "main", "--head", "change", ...parameters), project)
  })

const documentOf = ({ stdout }: Ended): DiffDocument => JSON.parse(stdout) as DiffDocument

const objectionsOf = (ended: Ended) =>
  documentOf(ended).policy?.objections.map(({ arm, experiment, kind, policy }) => [kind, experiment, arm, policy])

const limit = 120_000

describe("ballast.policy.ts", () => {
  it("has its objections told in text, Markdown and JSON, and decides no exit code of a diff", () =>
    inChange({
      "experiments/small.ts": start["experiments/small.ts"]
        .replace("steps: 6", "steps: 60").replace("Clip.globalNorm(1)", "Clip.off")
        .replace(`Expect.finite("calm")`, "")
    }, async (diff) => {
      const json = await diff("--json")
      assert.strictEqual(json.code, 0, json.stderr)
      assert.strictEqual(documentOf(json).policy?.file, "ballast.policy.ts")
      assert.deepStrictEqual(objectionsOf(json), [
        ["violation", "small", "calm", "most.steps"],
        ["violation", "small", "calm", "require.clipOnColdStart"],
        ["approval", "small", null, "approve.expectations"],
        ["approval", "small", "calm", "approve.steps"],
        ["approval", "small", "calm", "approve.clip"]
      ])
      const text = await diff()
      assert.include(text.stdout, "by ballast.policy.ts: 2 violations, 3 to approve\n")
      assert.include(text.stdout, "violation: small, calm: takes 60 steps, and the policy allows 20 (most.steps)\n")
      const markdown = await diff("--md")
      assert.include(markdown.stdout, "By `ballast.policy.ts`: 2 violations, 3 to approve.\n")
      assert.include(markdown.stdout, "- to approve: small, calm: clips nothing, and had Clip.globalNorm(1) (approve.clip)\n")
    }), limit)

  it("has nothing against a narrower change, nor against what a change does not touch", () =>
    inChange({
      "experiments/small.ts": start["experiments/small.ts"].replace("steps: 6", "steps: 5").replace("globalNorm(1)", "globalNorm(0.5)")
    }, async (diff) => {
      assert.deepStrictEqual(objectionsOf(await diff("--json", "--all")), [])
      assert.include((await diff("--md")).stdout, "By `ballast.policy.ts`: no objection.\n")
    }), limit)

  it("judges by the base's and reports what the head makes of it, through a helper or by removing it", () =>
    inChange({
      "experiments/shared/most.ts": "export const most = 1_000_000\n",
      "experiments/small.ts": start["experiments/small.ts"].replace("steps: 6", "steps: 60")
    }, async (diff, { ballast, folder }) => {
      const said = await diff("--json")
      assert.deepStrictEqual(objectionsOf(said)?.[0], ["violation", "small", "calm", "most.steps"])
      assert.deepStrictEqual(documentOf(said).besides, ["the policy changes (most.steps: 20 -> 1000000): the base's counts here"])
      // The files as they lie there are a head, too.
      fs.rmSync(path.join(folder, "ballast.policy.ts"))
      const removed = await ballast("diff", "--base", "main", "--json")
      assert.deepStrictEqual(documentOf(removed).besides, ["the policy is removed: the base's counts here"])
      assert.strictEqual(objectionsOf(removed)?.length, 2)
    }), limit)

  it("has a person look where the base's cannot be read, and says before it is merged that one cannot", () =>
    inChange({
      "ballast.policy.ts": policy.replace("attempts: 1", "attempts: 0")
    }, async (diff, { ballast, folder }) => {
      const refused = "ballast.policy.ts: most.attempts: expected a whole number above 0 or null, got 0"
      assert.deepStrictEqual(documentOf(await diff("--json")).besides, [`the policy changes, and cannot be read: ${refused}`])
      git(folder, ["checkout", "--quiet", "-b", "next"])
      commit(folder, { "experiments/small.ts": start["experiments/small.ts"].replace("steps: 6", "steps: 7") })
      const next = documentOf(await ballast("diff", "--base", "change", "--head", "next", "--json"))
      assert.deepStrictEqual(next.policy?.objections.map(({ kind, message }) => [kind, message]), [
        ["approval", `the policy cannot be read, so that nothing is judged by it: ${refused}`]
      ])
      assert.deepStrictEqual(next.besides, [])
    }), limit)

  it("is null where the base has none, and refused where it is too large to be read", () =>
    inChange({ "ballast.policy.ts": null }, async (diff, { ballast, folder }) => {
      assert.strictEqual(documentOf(await diff("--json")).policy?.objections.length, 0)
      git(folder, ["checkout", "--quiet", "-b", "next"])
      commit(folder, { "ballast.policy.ts": `${policy}// ${"x".repeat(2 << 20)}\n` })
      const added = documentOf(await ballast("diff", "--base", "change", "--head", "next", "--json"))
      assert.isNull(added.policy)
      assert.deepStrictEqual(added.besides, ["the policy changes, and cannot be read: ballast.policy.ts: it is larger than 1 MiB"])
      const later = documentOf(await ballast("diff", "--base", "next", "--head", "change", "--json"))
      assert.match(later.policy?.objections[0]?.message ?? "", /it is larger than 1 MiB$/)
    }), limit)
})

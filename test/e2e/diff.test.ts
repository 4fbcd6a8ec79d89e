import { assert, describe, it } from "@effect/vitest"
import { inRepository, judge, type PullRequest, pullRequests } from "./pullRequests.ts"

const named = (name: string): PullRequest => pullRequests.find((one) => one.name.startsWith(name)) ?? assert.fail(name)

describe("ballast diff", () => {
  // All of them are a drill.
  it("judges pull requests by what they come to", () => judge([named("another order of classes"), named("a malicious")]), 120_000)

  it("says it in Markdown for a comment, names what touches an experiment, and lists what is unchanged only with --all", () =>
    inRepository([named("a comment"), named("another peak")], async ({ ballast }) => {
      const { stdout } = await ballast("diff", "--base", "main", "--head", "pull-1", "--md")
      assert.match(stdout, /^## Experiments: 2 changed\n/)
      assert.include(stdout, "through experiments/shared/base.ts")
      assert.include(stdout, "- `schedule.peak: 0.02 -> 0.04`; **forces a restart**")
      const comment = await ballast("diff", "--base", "main", "--head", "pull-0")
      assert.strictEqual(comment.stdout, "no changes\n")
      const all = await ballast("diff", "--base", "main", "--head", "pull-0", "--all")
      assert.match(all.stdout, /clipping unchanged/)
    }), 120_000)

  it("says what is wrong with a revision and with its flags", () =>
    inRepository([], async ({ ballast }) => {
      const missing = await ballast("diff", "--base", "nowhere")
      assert.deepStrictEqual([missing.code, missing.stdout], [2, ""])
      assert.match(missing.stderr, /revision nowhere cannot be read/)
      assert.strictEqual((await ballast("diff", "--base", "main", "--md", "--json")).code, 2)
    }), 60_000)
})

import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import type { ReviewDocument } from "../../runtime/review/report/ReviewDocument.ts"
import { serving } from "../runtime/review/report/github.ts"
import * as reports from "../runtime/review/report/reports.ts"
import { commit as commitAll } from "../runtime/source/repositories.ts"
import { inProject } from "./project.ts"
import { inRepository, type PullRequest, pullRequests } from "./pullRequests.ts"

const named = (name: string): PullRequest => pullRequests.find((one) => one.name.startsWith(name)) ?? assert.fail(name)

const chance: PullRequest = {
  name: "chance, and a helper with a canary",
  changes: {
    "experiments/chance.ts": `import { Experiment } from "ballast"
import { base } from "./shared/base.ts"

export default Experiment.make("chance", { question: "Which?", arms: { base, "##vso[a]b": base }, seeds: [Math.random() < 2 ? 0 : 1], expect: [] })
`,
    "experiments/shared/canary.ts": `import { execSync } from "node:child_process"\nexecSync("touch canary")\n`
  },
  verdicts: {}
}

describe("ballast review", () => {
  it("passes what changes nothing that matters, and writes its report", () =>
    inRepository([named("another peak")], async ({ ballast, folder }) => {
      const { code, stderr, stdout } = await ballast("review", "--base", "main", "--head", "pull-0", "--out", "report", "--md")
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /^## Review: passes\n\n## Experiments: 2 changed\n/)
      const read = (name: string): string => fs.readFileSync(path.join(folder, "report", name), "utf8")
      assert.strictEqual(read("review.md"), stdout)
      assert.strictEqual((JSON.parse(read("review.json")) as ReviewDocument).format, "ballast.review/1")
      assert.strictEqual((JSON.parse(read("lint.sarif")) as { version: string }).version, "2.1.0")
    }), 120_000)

  it("looks at the head's source and runs none of it, and fails on what is refused or wrong", () =>
    inRepository([chance, named("a malicious")], async ({ ballast, folder }) => {
      const first = await ballast("review", "--base", "main", "--head", "pull-0", "--json")
      assert.strictEqual(first.code, 1, first.stderr)
      const { diff, lint, passed, stands } = JSON.parse(first.stdout) as ReviewDocument
      // A continuous integration that reads along obeys none of it.
      assert.notInclude(first.stdout, "##vso[")
      assert.deepStrictEqual(diff.experiments[0]?.arms.map(({ arm }) => arm), ["base", "##vso[a]b"])
      assert.isFalse(passed)
      assert.deepStrictEqual([...lint.files], ["experiments/chance.ts", "experiments/shared/canary.ts"])
      assert.include(lint.findings.map(({ rule }) => rule), "source/random")
      assert.deepStrictEqual(stands.map(({ kind }) => kind), ["lint"])
      assert.isFalse(fs.existsSync(path.join(folder, "canary")))
      const second = await ballast("review", "--base", "main", "--head", "pull-1")
      assert.strictEqual(second.code, 1)
      assert.match(second.stdout, /does not pass: 1 experiment refused, \d errors? in the source\n$/)
    }), 120_000)

  it("asks for approval of what broadens, by the base's policy", () =>
    inRepository([named("another peak")], async ({ ballast, folder, write }) => {
      write("ballast.policy.ts", `import { Policy } from "ballast"\n\nexport default Policy.make({ approve: ["clip"] })\n`)
      commitAll(folder)
      const base = path.join(folder, "experiments/shared/base.ts")
      fs.writeFileSync(base, fs.readFileSync(base, "utf8").replace("Clip.globalNorm(1)", "Clip.off"))
      const asked = await ballast("review", "--base", "main")
      assert.strictEqual(asked.code, 1, asked.stderr)
      assert.match(asked.stdout, /does not pass: \d+ changes? to be approved\n$/)
      const approved = await ballast("review", "--base", "main", "--approved", "--md")
      assert.strictEqual(approved.code, 0, approved.stderr)
      assert.match(approved.stdout, /^## Review: passes\n\n- approved: \d+ changes? of what/)
    }), 120_000)

  it("says what is wrong with a revision, its flags and its folder", () =>
    inRepository([], async ({ ballast, write }) => {
      assert.strictEqual((await ballast("review")).code, 2)
      assert.strictEqual((await ballast("review", "--base", "main", "--md", "--json")).code, 2)
      assert.match((await ballast("review", "--base", "nowhere")).stderr, /revision nowhere cannot be read/)
      write("taken", "")
      const out = await ballast("review", "--base", "main", "--out", "taken")
      assert.deepStrictEqual([out.code, /--out cannot write taken/.test(out.stderr)], [2, true])
    }), 120_000)
})

const token = "ghs_0123456789"

describe("ballast review comment", () => {
  const commit = "c".repeat(40)

  it("writes the comment anew from a stranger's data, on the pull request that GitHub names", () =>
    serving((server) =>
      inProject(async ({ start, write }) => {
        server.pulls = [{ number: 7, head: { sha: commit } }, { number: 8, head: { sha: "d".repeat(40) } }]
        write("report/review.json", reports.written(reports.throughout(reports.report, "@everyone </details>") as object))
        write("report/review.md", "<!-- ballast review -->\n@everyone: approved\n")
        const comment = (...flags: ReadonlyArray<string>) =>
          start(
            ["review", "comment", "--report", "report", "--repository", "o/r", "--api", server.api, ...flags],
            { GITHUB_TOKEN: token }
          ).ended
        const first = await comment("--branch", "mallory:a b&c#d", "--commit", commit, "--json")
        assert.strictEqual(first.code, 0, first.stderr)
        assert.deepStrictEqual(JSON.parse(first.stdout), { format: "ballast.comment/1", pull: 7, comment: 1000, action: "created" })
        assert.isTrue(server.requests.some(({ path }) => path.endsWith("head=mallory%3Aa%20b%26c%23d")))
        const [written] = server.comments
        assert.match(written?.body ?? "", /^<!-- ballast review -->\n## Review: does not pass\n/)
        assert.notInclude(written?.body ?? "", "@everyone: approved")
        assert.strictEqual((await comment("--pull", "7")).stdout, "comment 1000 on o/r#7 is left as it is: it says the same\n")
        for (const pulls of [[], [7, 8].map((number) => ({ number, head: { sha: commit } }))]) {
          server.pulls = pulls
          const unsure = await comment("--branch", "mallory:a", "--commit", commit)
          assert.deepStrictEqual([unsure.code, unsure.stdout], [2, ""])
          assert.match(unsure.stderr, /pull requests? from mallory:a stand/)
        }
        server.interfere = () => ({ status: 401 })
        const refused = await comment("--pull", "7")
        assert.strictEqual(refused.code, 3)
        assert.match(refused.stderr, /GITHUB_TOKEN is wrong/)
        assert.lengthOf(server.comments, 1)
      })), 120_000)

  it("says what is wrong before it asks anything, and shows nobody the token", () =>
    serving((server) =>
      inProject(async ({ start, write }) => {
        write("review.json", reports.written(reports.report))
        write("other.json", "[]")
        const comment = (given: string, ...flags: ReadonlyArray<string>) =>
          start(["review", "comment", ...flags], { GITHUB_TOKEN: given }).ended
        const flags = ["--report", "review.json", "--repository", "o/r", "--api", server.api]
        const wrong: ReadonlyArray<readonly [code: number, said: RegExp, given: string, flags: ReadonlyArray<string>]> = [
          [3, /GITHUB_TOKEN is not set/, "", [...flags, "--pull", "7"]],
          [3, /GITHUB_TOKEN holds what cannot be a token/, `${token}\nx-evil: 1`, [...flags, "--pull", "7"]],
          [2, /say which pull request/, token, flags],
          [2, /--pull takes/, token, [...flags, "--pull", "0"]],
          [2, /--commit takes/, token, [...flags, "--branch", "a:b", "--commit", "main"]],
          [2, /--branch takes/, token, [...flags, "--branch", "b", "--commit", commit]],
          [2, /--repository takes owner\/name/, token, ["--report", "review.json", "--repository", "../x", "--pull", "7"]],
          [2, /--api takes an address with https/, token, ["--report", "review.json", "--repository", "o/r", "--api", "http://evil.example", "--pull", "7"]],
          [2, /other\.json is no report/, token, ["--report", "other.json", "--repository", "o/r", "--pull", "7"]]
        ]
        for (const [code, said, given, flags] of wrong) {
          const ended = await comment(given, ...flags)
          assert.strictEqual(ended.code, code, ended.stderr)
          assert.match(ended.stderr, said)
          assert.notInclude(ended.stderr + ended.stdout, token)
        }
        assert.deepStrictEqual(server.requests, [])
      })), 120_000)
})

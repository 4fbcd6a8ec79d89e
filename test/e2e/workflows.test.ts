import { assert, describe, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as yaml from "yaml"
import { git } from "../runtime/source/repositories.ts"
import { inRepository, type PullRequest, pullRequests } from "./pullRequests.ts"

interface Step {
  readonly name?: string
  readonly uses?: string
  readonly run?: string
  readonly if?: string
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Readonly<Record<string, unknown>>
}

interface Workflow {
  readonly name: string
  readonly on: Readonly<Record<string, { readonly types: ReadonlyArray<string>; readonly workflows?: ReadonlyArray<string> }>>
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, { readonly steps: ReadonlyArray<Step>; readonly permissions?: unknown; readonly if?: string }>>
}

const read = (name: string): Workflow =>
  yaml.parse(fs.readFileSync(path.resolve(import.meta.dirname, "../../.github/workflows", `${name}.yml`), "utf8")) as Workflow

const [review, comment, nightly] = [read("review"), read("comment"), read("nightly")]

const stepsOf = ({ jobs }: Workflow): ReadonlyArray<Step> => Object.values(jobs).flatMap(({ steps }) => steps)

const using = (workflow: Workflow, action: string): ReadonlyArray<Step> =>
  stepsOf(workflow).filter(({ uses }) => uses?.startsWith(`${action}@`))

describe("the night's workflow", () => {
  it("runs by itself and on request, reads alone, and leaves its report even where the night ends badly", () => {
    assert.sameMembers(Object.keys(nightly.on), ["schedule", "workflow_dispatch"])
    assert.deepStrictEqual(nightly.permissions, { contents: "read" })
    assert.notInclude(JSON.stringify(nightly), "secrets")
    for (const { run } of stepsOf(nightly)) assert.notInclude(run ?? "", "${{")
    const [summary] = stepsOf(nightly).filter(({ run }) => run?.includes("GITHUB_STEP_SUMMARY"))
    assert.deepStrictEqual([summary?.if, ...using(nightly, "actions/upload-artifact").map((step) => step.if)], ["${{ !cancelled() }}", "${{ !cancelled() }}"])
  })
})

describe("the review's workflows", () => {
  it("may no more than they need", () => {
    assert.deepStrictEqual(Object.keys(review.on), ["pull_request"])
    assert.deepStrictEqual(review.permissions, { contents: "read" })
    assert.deepStrictEqual(Object.keys(comment.on), ["workflow_run"])
    assert.deepStrictEqual(comment.on["workflow_run"], { workflows: [review.name], types: ["completed"] })
    assert.deepStrictEqual(comment.permissions, { actions: "read", "pull-requests": "write" })
    for (const workflow of [review, comment]) {
      for (const { permissions } of Object.values(workflow.jobs)) assert.isUndefined(permissions)
    }
    assert.notInclude(JSON.stringify(review), "secrets")
    assert.notInclude(JSON.stringify(review), "github.token")
  })

  it("take nothing of an event into a shell's lines", () => {
    for (const { run } of [review, comment].flatMap(stepsOf)) assert.notInclude(run ?? "", "${{")
  })

  it("pin every action to a commit", () => {
    for (const { uses } of [review, comment, nightly].flatMap(stepsOf)) {
      if (uses !== undefined) assert.match(uses, /^actions\/[a-z-]+@[0-9a-f]{40}$/)
    }
  })

  it("check out the base and the default branch, and never the head", () => {
    const checkouts = [review, comment].map((workflow) => using(workflow, "actions/checkout").map((step) => step.with?.["ref"]))
    assert.deepStrictEqual(checkouts, [
      ["${{ github.event.pull_request.base.sha }}"],
      ["${{ github.event.repository.default_branch }}"]
    ])
    for (const { run } of stepsOf(review)) assert.notMatch(run ?? "", /\b(checkout|switch|restore|reset|merge|worktree|pull|archive)\b/)
    assert.strictEqual(using(comment, "actions/checkout")[0]?.with?.["persist-credentials"], false)
    assert.deepStrictEqual(stepsOf(review).map(({ run }) => run).filter((run) => run?.includes("npm")), ["npm ci"])
  })

  it("take an approval from the label as it is set alone, and upload the report of what fails, too", () => {
    const approved = stepsOf(review).find(({ env }) => env?.["APPROVED"] !== undefined)?.env?.["APPROVED"]
    assert.strictEqual(approved, "${{ github.event.action == 'labeled' && github.event.label.name == 'approved: broader' }}")
    assert.deepStrictEqual(using(review, "actions/upload-artifact").map((step) => step.if), ["${{ !cancelled() }}"])
  })

  it("ask GitHub which pull request it is", () => {
    const [step] = stepsOf(comment).filter(({ run }) => run?.includes("review comment"))
    assert.match(step?.run ?? "", /--branch "\$OWNER:\$BRANCH" --commit "\$COMMIT"/)
    assert.notInclude(step?.run ?? "", "--pull")
    assert.notInclude(JSON.stringify(stepsOf(comment)), "review.md")
  })
})

const root = path.resolve(import.meta.dirname, "../..")

/** Makes a repository's remote as GitHub keeps a pull request in it, and a clone of it that stands at the base. */
const cloned = (repository: string, folder: string): { readonly clone: string; readonly merged: string } => {
  const [remote, clone] = [path.join(folder, "remote.git"), path.join(folder, "clone")]
  git(repository, ["checkout", "--quiet", "-b", "merge", "main"])
  git(repository, ["merge", "--quiet", "--no-ff", "--message", "m", "pull-0"])
  const merged = git(repository, ["rev-parse", "HEAD"])
  git(repository, ["init", "--quiet", "--bare", remote])
  git(repository, ["push", "--quiet", remote, "main", "merge:refs/pull/1/merge"])
  git(repository, ["clone", "--quiet", "--depth=1", "--branch=main", `file://${remote}`, clone])
  git(clone, ["checkout", "--quiet", "--detach", "main"])
  git(clone, ["branch", "--quiet", "--delete", "--force", "main"])
  fs.mkdirSync(path.join(clone, "node_modules/.bin"), { recursive: true })
  fs.symlinkSync(root, path.join(clone, "node_modules/ballast"))
  fs.symlinkSync(path.join(root, "runtime/cli/ballast.js"), path.join(clone, "node_modules/.bin/ballast"))
  fs.writeFileSync(path.join(clone, "package.json"), `{ "type": "module" }\n`)
  return { clone, merged }
}

/** Runs the lines of review.yml as a runner does, but for what installs; returns the codes that they end with. */
const running = (clone: string, merged: string): ReadonlyArray<number | null> => {
  const values: Readonly<Record<string, string>> = { "${{ github.sha }}": merged }
  return stepsOf(review).flatMap(({ env = {}, run }) => {
    if (run === undefined || run === "npm ci") return []
    const { status, stderr } = spawnSync("bash", ["-e", "-c", run], {
      cwd: clone,
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        HOME: clone,
        GITHUB_STEP_SUMMARY: path.join(clone, "summary.md"),
        ...Object.fromEntries(Object.entries(env).map(([name, value]) => [name, values[value] ?? "false"]))
      }
    })
    assert.isBelow(status ?? 70, 2, stderr)
    return [status]
  })
}

const named = (name: string): PullRequest => pullRequests.find((one) => one.name.startsWith(name)) ?? assert.fail(name)

describe("review.yml", () => {
  for (const [name, codes, verdict] of [["another peak", [0, 0, 0], "passes"], ["a malicious", [0, 1, 0], "does not pass"]] as const) {
    it(`reviews ${name} one from git's objects alone`, () =>
      inRepository([named(name)], async ({ folder }) => {
        const scratch = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-workflow-"))
        try {
          const { clone, merged } = cloned(folder, scratch)
          const before = [git(clone, ["rev-parse", "HEAD"]), git(clone, ["status", "--porcelain", "experiments"])]
          assert.deepStrictEqual(running(clone, merged), codes)
          assert.deepStrictEqual([git(clone, ["rev-parse", "HEAD"]), git(clone, ["status", "--porcelain", "experiments"])], before)
          const report = fs.readFileSync(path.join(clone, "review/review.md"), "utf8")
          assert.isTrue(report.startsWith(`## Review: ${verdict}\n`))
          assert.include(report, merged.slice(0, 12))
          assert.strictEqual(fs.readFileSync(path.join(clone, "summary.md"), "utf8"), report)
        } finally {
          fs.rmSync(scratch, { recursive: true, force: true })
        }
      }), 120_000)
  }
})

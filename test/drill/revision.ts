import { assert, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"
import { commit as commitAll, git } from "../runtime/source/repositories.ts"
import type { Project } from "../e2e/project.ts"
import { inQueue, type ResultDocument, type SubmittedDocument, tiny } from "../e2e/queueing.ts"
import { onOne } from "../e2e/workers.ts"

const file = "experiments/tiny.ts"

/** Does nothing where there is no host to call, and leaves a file behind wherever it is run. */
const sly = (canary: string): string => `
const host = (globalThis as { process?: { getBuiltinModule(name: string): { writeFileSync(file: string, text: string): void } } }).process
host?.getBuiltinModule("node:fs").writeFileSync(${JSON.stringify(canary)}, "run")
`

const brazen = (canary: string): string => `import * as fs from "node:fs"\nfs.writeFileSync(${JSON.stringify(canary)}, "run")\n`

/** Commits some files on a branch of their own, beside the project's, and returns the commit. */
const branch = (project: Project, name: string, files: Readonly<Record<string, string>>): string => {
  git(project.folder, ["checkout", "--quiet", "-b", name])
  for (const [file, text] of Object.entries(files)) project.write(file, text)
  git(project.folder, ["add", "--all", "experiments"])
  git(project.folder, ["commit", "--quiet", "--message", name])
  const commit = git(project.folder, ["rev-parse", "HEAD"])
  git(project.folder, ["checkout", "--quiet", "main"])
  return commit
}

const repository = (project: Project, files: Readonly<Record<string, string>>): void => {
  for (const [file, text] of Object.entries({ ".gitignore": "home\nnode_modules\ncanary\n", ...files })) project.write(file, text)
  git(project.folder, ["init", "--quiet", "--initial-branch=main"])
  git(project.folder, ["add", "."])
  git(project.folder, ["commit", "--quiet", "--message", "a"])
}

interface SubmissionsDocument {
  readonly format: string
  readonly base: { readonly ref: string; readonly commit: string }
  readonly head: { readonly ref: string; readonly commit: string }
  readonly submissions: ReadonlyArray<SubmittedDocument & { readonly experiment: string }>
}

const limit = 240_000

onOne("--revision", (place) => {
  it.concurrent("has a worker run what the revision's file says to its end, and nothing of the file, now and later", () =>
    inQueue(place, async ({ does, folder, project, result, rows, start, submit, worker }) => {
      const commitOf = (run: string): string => {
        const { commit, dirty } = JSON.parse(fs.readFileSync(folder(run, "environment.json"), "utf8")) as { commit: string; dirty: null }
        assert.isNull(dirty)
        return commit
      }
      const canary = path.join(project.folder, "canary")
      const hostile = sly(canary) + tiny({ steps: 7 })
      repository(project, { [file]: tiny() })
      const commit = branch(project, "change", { [file]: hostile })
      // What lies here is not what is asked for, and would tell of itself.
      project.write(file, hostile)
      const [submitted = ""] = await submit(file, "--revision", "change", "--arm", "calm")
      const once = await worker("--once").ended
      assert.strictEqual(once.code, 0, once.stderr)
      const beside = worker()
      const again = await start("runs", "rerun", submitted, "--wait", "--json").ended
      assert.strictEqual(again.code, 0, again.stderr)
      beside.kill("SIGTERM")
      const rerun = (JSON.parse(again.stdout) as ResultDocument).runs[0]?.id ?? ""
      const ran = await does(0, "run", file, "--revision", "change", "--arm", "calm", "--engine", "wasm", "--json")
      const own = (JSON.parse(ran.stdout) as ResultDocument).runs[0]?.id ?? ""
      for (const run of [submitted, rerun, own]) {
        assert.strictEqual(result(run).steps, 7)
        assert.strictEqual(commitOf(run), commit)
      }
      for (const { request } of await rows("select request from launches")) {
        const { file, origin } = JSON.parse(String(request)) as { file: null; origin: { commit: string; dirty: null } }
        assert.deepStrictEqual([file, origin.commit, origin.dirty], [null, commit, null])
      }
      await rows(`update runs set status = 'interrupted', result = null, holder = null where id = '${own}'`)
      const resumed = await does(2, "resume", own)
      assert.match(resumed.stderr, /comes from a program or a revision, and from no\s+file that lies here: npx ballast\s+resume \w+ --as-recorded/)
      const recorded = await does(0, "resume", own, "--as-recorded", "--json")
      assert.deepStrictEqual((JSON.parse(recorded.stdout) as ResultDocument).runs.map(({ status }) => status), ["succeeded"])
      assert.strictEqual(commitOf(own), commit)
      assert.isFalse(fs.existsSync(canary))
      // Whoever runs the file itself has it do what it likes.
      await does(0, "plan", file)
      assert.isTrue(fs.existsSync(canary))
    }), limit)

  it.concurrent("refuses what tries anything, says where a file is not there, and submits nothing", () =>
    inQueue(place, async ({ project }) => {
      const canary = path.join(project.folder, "canary")
      repository(project, { [file]: tiny(), "experiments/large.json": "0" })
      branch(project, "change", { [file]: brazen(canary) + tiny(), "experiments/large.json": "0".repeat(2 << 20) })
      const wrong: ReadonlyArray<readonly [code: number, said: RegExp, ...parameters: ReadonlyArray<string>]> = [
        [1, /tiny\.ts:1: imports "node:fs": only "ballast", "effect"/, "submit", file, "--revision", "change"],
        [1, /tiny\.ts:1: imports "node:fs"/, "run", file, "--revision", "change"],
        [1, /nothing is submitted:\n {2}refused: experiments\/tiny\.ts: /, "submit", "--pull-request", "--base", "main", "--revision", "change"],
        [2, /revision change: it has no file experiments\/no\.ts/, "submit", "experiments/no.ts", "--revision", "change"],
        [2, /revision change: it has no file \.\.\/other\.ts/, "submit", "../other.ts", "--revision", "change"],
        [2, /revision change: experiments\/large\.json is larger than 1 MiB/, "submit", "experiments/large.json", "--revision", "change"],
        [2, /revision nowhere cannot be read/, "submit", file, "--revision", "nowhere"],
        [2, /submit takes an experiment's file, or --pull-request/, "submit"],
        [2, /--base takes --revision/, "submit", file, "--base", "main"],
        [2, /--approved takes --base/, "submit", file, "--revision", "main", "--approved"],
        [2, /--pull-request takes --base and --revision/, "submit", "--pull-request", "--base", "main"],
        [2, /leave experiments\/tiny\.ts out/, "submit", file, "--pull-request", "--base", "main", "--revision", "change"],
        [2, /leave --arm out/, "submit", "--pull-request", "--base", "main", "--revision", "change", "--arm", "calm"],
        [2, /--pull-request and --wait do not go together/, "submit", "--pull-request", "--wait", "--base", "main", "--revision", "change"]
      ]
      const said = await project.each(wrong.map(([, , ...parameters]) => [...parameters, "--home", "home"]))
      for (const [index, { code, stderr }] of said.entries()) {
        const [wanted, message, ...parameters] = wrong[index] ?? assert.fail("more answers than questions")
        assert.strictEqual(code, wanted, `${parameters.join(" ")}: ${stderr}`)
        assert.match(stderr, message)
      }
      assert.isFalse(fs.existsSync(canary))
      assert.isFalse(fs.existsSync(path.join(project.folder, "home")))
    }), limit)
})

onOne("ballast submit --pull-request", (place) => {
  const asking = `triggers: [Trigger.pullRequest]`
  const named = (name: string, options: Parameters<typeof tiny>[0] = {}): string =>
    tiny({ arms: "{ calm }", rest: asking, ...options }).replace(`"tiny"`, `"${name}"`)
  const before = {
    "experiments/trains.ts": named("trains"),
    "experiments/asks.ts": named("asks", { rest: "" }),
    "experiments/quiet.ts": named("quiet", { rest: "" }),
    "experiments/same.ts": named("same")
  }

  it.concurrent("submits exactly what asks for it and trains otherwise, each as a launch of its own", () =>
    inQueue(place, async ({ does, project, rows }) => {
      repository(project, before)
      const commit = branch(project, "change", {
        "experiments/trains.ts": named("trains", { steps: 5 }),
        "experiments/quiet.ts": named("quiet", { steps: 5, rest: "" }),
        // Neither where it runs nor when it starts is a matter of what is trained.
        "experiments/same.ts": named("same", { recipe: `host: Host.make({ time: "1 hour" })` }),
        "experiments/asks.ts": named("asks"),
        "experiments/added.ts": named("added")
      })
      const change = ["submit", "--pull-request", "--base", "main", "--revision", "change", "--engine", "wasm"]
      const { stdout } = await does(0, ...change, "--seed", "3", "--json")
      const document = JSON.parse(stdout) as SubmissionsDocument
      assert.strictEqual(document.format, "ballast.submissions/1")
      assert.deepStrictEqual(document.head, { ref: "change", commit })
      assert.strictEqual(document.base.commit, git(project.folder, ["rev-parse", "main"]))
      assert.deepStrictEqual(document.submissions.map(({ experiment }) => experiment), ["added", "trains"])
      const launches = document.submissions.map(({ launch }) => launch)
      assert.deepStrictEqual(
        (await rows("select experiment, launch, arm, seed, status from runs join launches on launches.id = launch order by experiment")).map(
          ({ arm, experiment, launch, seed, status }) => [experiment, launch, arm, seed, status]
        ),
        [["added", launches[0], "calm", 3, "waiting"], ["trains", launches[1], "calm", 3, "waiting"]]
      )
      const told = await does(0, ...change)
      assert.match(told.stdout, /^added: 1 run, launch \w+\n[^]*\ntrains: 1 run, launch \w+\n/)
      const none = await does(0, "submit", "--pull-request", "--base", "change", "--revision", "change")
      assert.match(none.stdout, /^nothing is submitted: no experiment with Trigger\.pullRequest trains otherwise than before\n$/)
    }), limit)

  it.concurrent("submits nothing where the base's policy has something against it, whatever the change makes of the policy", () =>
    inQueue(place, async ({ does, project, rows }) => {
      const policy = (steps: number) =>
        `import { Policy } from "ballast"\n\nexport default Policy.make({ most: { steps: ${steps} }, approve: ["steps"] })\n`
      repository(project, { ...before, "ballast.policy.ts": policy(20) })
      branch(project, "longer", { "experiments/trains.ts": named("trains", { steps: 15 }) })
      git(project.folder, ["checkout", "--quiet", "-b", "endless"])
      project.write("ballast.policy.ts", policy(1_000_000))
      project.write("experiments/trains.ts", named("trains", { steps: 21 }))
      // What no experiment of the project is lies beyond its policy.
      project.write("other.ts", named("other", { steps: 21 }))
      commitAll(project.folder)
      git(project.folder, ["checkout", "--quiet", "main"])
      const whole = (revision: string) => ["submit", "--pull-request", "--base", "main", "--revision", revision]
      const one = (revision: string, file = "experiments/trains.ts") => ["submit", file, "--base", "main", "--revision", revision]
      const violated = /^nothing is submitted:\n {2}violation: trains, calm: takes 21 steps, and the policy allows 20 \(most\.steps\)$/m
      const unapproved = /^ {2}to approve: trains, calm: takes 15 steps, and took 10 \(approve\.steps\)\n--approved says that somebody who may has approved it$/m
      const wrong: ReadonlyArray<readonly [code: number, said: RegExp, asked: ReadonlyArray<string>]> = [
        [1, violated, [...whole("endless"), "--json"]],
        [1, violated, [...whole("endless"), "--approved"]],
        [1, violated, one("endless")],
        [2, /the base's policy says nothing of other\.ts/, one("endless", "other.ts")],
        [1, unapproved, whole("longer")],
        [1, unapproved, one("longer")]
      ]
      const said = await project.each(wrong.map(([, , asked]) => [...asked, "--home", "home"]))
      for (const [index, { code, stderr }] of said.entries()) {
        const [wanted, message, asked] = wrong[index] ?? assert.fail("more answers than questions")
        assert.strictEqual(code, wanted, `${asked.join(" ")}: ${stderr}`)
        assert.match(stderr, message)
      }
      assert.strictEqual((JSON.parse(said[0]?.stdout ?? "") as { error: string }).error, "ChangeRefused")
      assert.isFalse(fs.existsSync(path.join(project.folder, "home")))
      for (const asked of [whole("longer"), one("longer")]) await does(0, ...asked, "--approved")
      assert.lengthOf(await rows("select id from launches"), 2)
    }), limit)
})

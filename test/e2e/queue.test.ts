import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { drained, inQueue, type ResultDocument, tiny } from "./queueing.ts"
import { submitted } from "./queues.ts"
import { onOne } from "./workers.ts"

onOne("ballast submit", (place) => {
  it.concurrent("has arms at seeds be made by a worker, as runs of a launch that is listed and shown", () => submitted(place), 240_000)
})

const git = (folder: string, ...parameters: ReadonlyArray<string>): void => {
  const { status, stderr } = spawnSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.org", ...parameters], { cwd: folder, encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
}

onOne("ballast submit", (place) => {
  it.concurrent("keeps runs back, puts them before others, and cancels what waits or runs too long, as it is told", () =>
    inQueue(place, async ({ folder, project, rows, stands, submit, until, worker }) => {
      project.write("e.ts", tiny())
      const [fails = ""] = await submit("e.ts", "--arm", "failing")
      const [after = ""] = await submit("e.ts", "--arm", "calm", "--after", fails)
      const [first = ""] = await submit("e.ts", "--arm", "calm", "--priority", "1", "--not-before", "1 second")
      const [late = ""] = await submit("e.ts", "--arm", "calm", "--not-before", "1 hour", "--max-wait", "1 second")
      const [long = ""] = await submit("e.ts", "--arm", "endless", "--after", first, "--max-run", "4 seconds")
      worker()

      assert.strictEqual((await stands(fails, "failed"))["reason"], null)
      assert.strictEqual((await stands(after, "cancelled"))["reason"], `run ${fails}, which it was to come after, failed`)
      assert.strictEqual((await stands(late, "cancelled"))["reason"], "it waited longer than it was to (--max-wait 1 s)")
      await stands(first, "succeeded")
      const { directory, reason } = await stands(long, "cancelled")
      assert.strictEqual(reason, "it ran longer than it was to (--max-run 4 s)")
      assert.strictEqual(directory, folder(long))
      assert.isNotEmpty(fs.readdirSync(folder(long, "attempts/1/checkpoints")))

      const begun = (await rows("select run from attempts order by started")).map(({ run }) => run)
      assert.deepStrictEqual(begun, [first, fails, long])
      const between = await rows(`select later.started - before.ended as apart from attempts later, attempts before
        where later.run = '${long}' and before.run = '${first}'`)
      assert.isAtLeast(Number(between[0]?.["apart"]), 0)
      const [waited] = await rows(`select tickets.leased - tickets.submitted as waited from tickets where run = '${first}'`)
      assert.isAtLeast(Number(waited?.["waited"]), 1_000)
      await until("select run from tickets where state <> 'ended'", (rows) => rows.length === 0)
    }), 240_000)

  it.concurrent("waits for the end, judges it and ends as run does, and is answered by an equal run without a worker", () =>
    inQueue(place, async ({ does, project, stands, start, submit, worker }) => {
      const expecting = (expect: string) => tiny({ rest: `expect: [${expect}]` }).replace("expect: [],\n", "")
      project.write("holds.ts", expecting(`Expect.finite("calm")`))
      project.write("fails.ts", expecting(`Expect.loss("calm").below(1e-9)`))
      git(project.folder, "init", "-q")
      git(project.folder, "add", "holds.ts", "fails.ts")
      git(project.folder, "commit", "-q", "-m", "experiments")
      const waiting = (file: string, ...more: ReadonlyArray<string>) =>
        start("submit", file, "--engine", "wasm", "--wait", "--json", ...more).ended
      const resultOf = ({ stdout }: { readonly stdout: string }) => JSON.parse(stdout) as ResultDocument

      const beside = worker("--slots", "2")
      const [held, failed] = await Promise.all([
        waiting("holds.ts", "--arm", "calm"),
        waiting("fails.ts", "--arm", "calm", "--arm", "failing", "--seed", "1")
      ])
      assert.strictEqual(held.code, 0, held.stderr)
      const holds = resultOf(held)
      assert.deepStrictEqual([holds.format, holds.verdict, holds.runs.map(({ status }) => status)], ["ballast.result/1", "holds", ["succeeded"]])
      assert.strictEqual(failed.code, 4, failed.stderr)
      assert.deepStrictEqual(resultOf(failed).runs.map(({ status }) => status), ["succeeded", "failed"])
      await drained(beside)

      const answered = await waiting("fails.ts", "--arm", "calm")
      assert.strictEqual(answered.code, 1, answered.stderr)
      const { runs, verdict } = resultOf(answered)
      assert.strictEqual(verdict, "fails")
      assert.deepStrictEqual(runs.map(({ metrics, status }) => [status, metrics["loss"]]), [["succeeded", holds.runs[0]?.metrics["loss"]]])
      const [fresh = ""] = await submit("holds.ts", "--arm", "calm", "--fresh")
      await stands(fresh, "waiting")
      const { stdout } = await does(0, "submit", "holds.ts", "--engine", "wasm", "--arm", "calm")
      assert.include(stdout, `answered by ${holds.runs[0]?.id}`)
    }), 240_000)

  it.concurrent("runs a launch once more as it was recorded, whatever became of its file", () =>
    inQueue(place, async ({ does, project, result, start, submit, worker }) => {
      project.write("e.ts", tiny())
      const ran = JSON.parse((await project.ballast("run", "e.ts", "--arm", "calm", "--engine", "wasm", "--home", "home", "--json")).stdout) as ResultDocument
      const [submitted = ""] = await submit("e.ts", "--arm", "calm")
      project.write("e.ts", "this is no program any more")
      worker()
      const [one = "", two = ""] = await Promise.all([submitted, ran.runs[0]?.id ?? ""].map(async (run) => {
        const again = await start("runs", "rerun", run, "--wait", "--json").ended
        assert.strictEqual(again.code, 0, again.stderr)
        const [made] = (JSON.parse(again.stdout) as ResultDocument).runs
        assert.notStrictEqual(made?.id, run)
        return made?.id ?? ""
      }))
      for (const run of [submitted, one, two]) {
        const { metrics, steps } = result(run)
        assert.deepStrictEqual([steps, metrics["loss"]], [10, ran.runs[0]?.metrics["loss"]])
      }
      assert.match((await does(0, "runs", "logs", submitted)).stdout, /10 steps/)
    }), 240_000)

  it.concurrent("says what is wrong with what it is asked for, and puts nothing into the queue", () =>
    inQueue(place, async ({ does, project, submit }) => {
      project.write("e.ts", tiny())
      const wrong: ReadonlyArray<readonly [RegExp, ...ReadonlyArray<string>]> = [
        [/--priority takes a whole number from -100 to 100, got 101/, "--priority", "101"],
        [/--not-before takes a moment with its zone, .*got "tomorrow"/s, "--not-before", "tomorrow"],
        [/--max-wait takes a time with its unit, .*got "5"/s, "--max-wait", "5"],
        [/--max-run takes a time with its unit, .*of at most 24 days; got "40 days"/s, "--max-run", "40 days"],
        [/there is no arm "clam"; did you mean "calm"\?/, "--arm", "clam"],
        [/--queue: "\.\.\."\. Expected: an address such as postgres:\/\/user@host\/name/, "--queue", "user:secret@host"]
      ]
      await Promise.all(wrong.map(async ([message, ...flags]) => {
        const { stderr } = await project.ballast("submit", "e.ts", "--home", "home", ...flags).then((ended) => {
          assert.strictEqual(ended.code, 2, flags.join(" "))
          return ended
        })
        assert.match(stderr, message)
        assert.notInclude(stderr, "secret")
      }))
      assert.isFalse(fs.existsSync(`${project.folder}/home`))
      await submit("e.ts", "--arm", "calm")
      assert.match((await does(2, "submit", "e.ts", "--after", "nobody")).stderr, /there is no run "nobody"/)
      assert.match((await does(2, "worker", "--slots", "0")).stderr, /--slots takes a whole number of at least 1, got 0/)
      assert.match((await does(2, "worker", "--labels", "gpu")).stderr, /--labels takes names with their values.*got "gpu"/)
    }), 240_000)
})

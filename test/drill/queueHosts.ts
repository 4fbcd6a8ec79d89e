import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import { postgresql } from "../postgres.ts"
import * as data from "../runtime/data/folder.ts"
import { drained, inQueue, tiny } from "../e2e/queueing.ts"
import { triggered } from "../e2e/queues.ts"
import { onOne, severalMachines } from "../e2e/workers.ts"

onOne("The queue", (place) => {
  it.concurrent("names what waits for another version or data that no worker has, and gives back what is not as it was submitted", () =>
    inQueue(place, async ({ does, project, rows, stands, submit, until, worker }) => {
      const cells = `${project.folder}/cells`
      const others = `${project.folder}/others`
      await Effect.runPromise(data.writeSound(cells))
      fs.cpSync(cells, others, { recursive: true })
      fs.writeFileSync(`${others}/labels/val/d.txt`, "1 0.5 0.5 0.2 0.2\n")
      const arms = `{ calm, photographs: Recipe.with(calm, { data: Dataset.yolo({ name: "cells", about: "cells" }), batch: 2 }) }`
      project.write("e.ts", tiny({ arms }))
      const [older = ""] = await submit("e.ts", "--arm", "calm")
      await rows(`update demands set demand = replace(demand, '"ballast":"', '"ballast":"9')`)
      const [run = ""] = await submit("e.ts", "--arm", "photographs", "--data", `cells=${cells}`)

      const without = worker()
      await until("select id from workers", (rows) => rows.length === 1)
      for (const command of [["runs", "list"], ["doctor"]]) {
        const { stdout } = await does(0, ...command)
        const said = stdout.replaceAll(/\s+/g, " ")
        assert.match(said, /1 run no worker can take: \S+ lacks Ballast 9\d+\.\d+\.\d+, and this is \d+\.\d+\.\d+/)
        assert.include(said, `lacks the data set "cells", which is not found here (--data cells=PATH)`)
      }
      await drained(without)
      const another = await worker("--once", "--data", `cells=${others}`).ended
      assert.strictEqual(another.code, 0, another.stderr)
      const { reason } = await stands(run, "waiting")
      const fingerprints = /^the data in \S+others is not what it was submitted with: its fingerprint is ([0-9a-f]{12}), and not ([0-9a-f]{12})$/
      assert.match(String(reason), fingerprints)
      const { runs } = JSON.parse((await does(0, "runs", "list", "--json")).stdout) as {
        readonly runs: ReadonlyArray<{ readonly id: string; readonly reason: string | null }>
      }
      assert.strictEqual(runs.find(({ id }) => id === run)?.reason, reason)

      await rows("update tickets set not_before = 0")
      const right = await worker("--once", "--data", `cells=${cells}`).ended
      assert.strictEqual(right.code, 0, right.stderr)
      await stands(run, "succeeded")
      assert.strictEqual((await stands(older, "waiting"))["attempt"], 0)
    }), 240_000)

  it.concurrent("has a run's events be followed from where it waits to its end, whichever workers make it", () =>
    inQueue(place, async ({ project, saved, start, submit, worker }) => {
      project.write("e.ts", tiny({ steps: 500 }))
      const [run = ""] = await submit("e.ts", "--arm", "calm")
      const following = start("runs", "logs", run, "--follow", "--json")
      const first = worker()
      await saved(run, 1, 100)
      first.kill("SIGKILL")
      const second = await worker("--once").ended
      assert.strictEqual(second.code, 0, second.stderr)
      const { code, stderr, stdout } = await following.ended
      assert.strictEqual(code, 0, stderr)
      const events = stdout.trimEnd().split("\n").map((line) =>
        JSON.parse(line) as { readonly kind: string; readonly run: string; readonly attempt: number; readonly step: number; readonly status?: string }
      )
      const steps = (attempt: number) => events.flatMap((event) => event.kind === "step" && event.attempt === attempt ? [event.step] : [])
      const [lost, last] = [steps(1), steps(2)]
      assert.isTrue(events.every((event, index) => event.run === run && event.attempt >= (events[index - 1]?.attempt ?? 1)))
      assert.deepStrictEqual(lost, lost.map((_, index) => index))
      assert.deepStrictEqual(last, last.map((_, index) => (last[0] ?? 0) + index))
      assert.isAtMost(last[0] ?? Infinity, lost.length)
      assert.isAtLeast(last[0] ?? 0, 100)
      assert.deepStrictEqual([last.at(-1), events.at(-1)?.status], [499, "succeeded"])
    }), 240_000)
})

onOne("A trigger", (place) => {
  it.concurrent("launches once for a time, whoever tends the queue, and does by its overlap where a launch has not ended", () =>
    triggered(place), 240_000)
})

postgresql("A database that is started again", (server) => {
  it("loses nothing: neither what waits in it nor what is at work", () =>
    inQueue(() => severalMachines(server), async ({ project, result, rows, saved, stands, submit, worker }) => {
      const restart = () => Effect.runPromise(Effect.flatMap(server, ({ restart }) => restart("immediate")))
      project.write("e.ts", tiny({ steps: 800 }))
      const [run = ""] = await submit("e.ts", "--arm", "calm")
      await restart()
      const only = worker()
      await saved(run, 1, 100)
      await restart()
      await stands(run, "succeeded")
      assert.deepStrictEqual(result(run).attempts.map(({ number, status }) => [number, status]), [[1, "succeeded"]])
      assert.deepStrictEqual(await rows("select number, status from attempts"), [{ number: 1, status: "succeeded" }])
      const [next = ""] = await submit("e.ts", "--arm", "calm", "--steps", "10")
      await stands(next, "succeeded")
      await drained(only)
      assert.deepStrictEqual(await rows("select run from tickets where state <> 'ended'"), [])
    }), 240_000)
})

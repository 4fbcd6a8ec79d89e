/**
 * What holds of a queue's workers, triggers and submissions wherever the queue is: `npm test` shows each on one of the
 * two, `npm run drill` on both.
 */
import { assert } from "@effect/vitest"
import * as os from "node:os"
import { pausedPastLease } from "./leases.ts"
import { childrenOf, inProject, lives } from "./project.ts"
import { checkpointsOf, drained, inQueue, type RunDocument, tensorsOf, tiny, until } from "./queueing.ts"
import type { Place } from "./workers.ts"

type Check = (place: () => Promise<Place>) => Promise<void>

const steps = 500

/** What a training comes to that nobody disturbs. */
const undisturbed = async (): Promise<ReturnType<typeof tensorsOf>> =>
  inProject(async (project) => {
    project.write("e.ts", tiny({ steps }))
    const { code, stderr, stdout } = await project.ballast("run", "e.ts", "--arm", "calm", "--engine", "wasm", "--json")
    assert.strictEqual(code, 0, stderr)
    const [run] = (JSON.parse(stdout) as { readonly runs: ReadonlyArray<{ readonly directory: string }> }).runs
    return tensorsOf(`${run?.directory}/attempts/1`, steps)
  })

let known: ReturnType<typeof undisturbed> | null = null

/** A worker that is drained gives its run back with a checkpoint, from which another goes on to the same bits. */
export const drainedMidway: Check = (place) =>
  inQueue(place, async ({ folder, project, result, saved, stands, submit, worker }) => {
    project.write("e.ts", tiny({ steps }))
    const [run = ""] = await submit("e.ts", "--arm", "calm")
    const first = worker()
    await saved(run, 1, 100)
    await drained(first)
    const { reason } = await stands(run, "waiting")
    assert.strictEqual(reason, "its worker was drained")
    const step = checkpointsOf(folder(run, "attempts/1")).at(-1)
    assert.isBelow(step ?? steps, steps)

    const second = await worker("--once").ended
    assert.strictEqual(second.code, 0, second.stderr)
    const { attempts, status } = result(run)
    assert.deepStrictEqual([status, ...attempts.map(({ status }) => status)], ["succeeded", "interrupted", "succeeded"])
    assert.deepStrictEqual([attempts[1]?.from, attempts[1]?.exact], [step, { exact: true, reason: null }])
    assert.deepStrictEqual(tensorsOf(folder(run, "attempts/2"), steps), await (known ??= undisturbed()))
  })

/** What is cancelled ends: at once where it waits, with a checkpoint where it runs. */
export const cancelled: Check = (place) =>
  inQueue(place, async ({ does, folder, project, saved, stands, submit, worker }) => {
    project.write("e.ts", tiny())
    const cancel = async (run: string) => {
      const { stdout } = await does(0, "runs", "cancel", run, "--json")
      return (JSON.parse(stdout) as { readonly runs: ReadonlyArray<{ readonly outcome: string }> }).runs.map(({ outcome }) => outcome)
    }
    const reason = `cancelled by ${os.userInfo().username}`
    const [runs = "", waits = ""] = await submit("e.ts", "--arm", "endless", "--seed", "0", "--seed", "1")
    assert.deepStrictEqual(await cancel(waits), ["cancelled"])
    assert.strictEqual((await stands(waits, "cancelled"))["reason"], reason)

    const busy = worker()
    await saved(runs, 1, 100)
    const [engine = -1] = childrenOf(busy.pid)
    assert.deepStrictEqual(await cancel(runs), ["asked"])
    const asked = Date.now()
    assert.strictEqual((await stands(runs, "cancelled"))["reason"], reason)
    assert.isBelow(Date.now() - asked, 20_000)
    await until(() => !lives(engine), () => "the engine's process goes on")
    assert.isAtLeast(checkpointsOf(folder(runs, "attempts/1")).at(-1) ?? 0, 100)
    assert.deepStrictEqual(await cancel(runs), ["ended"])
    await drained(busy)
  })

/** A worker that is paused past its lease and woken changes nothing of what another has made since, and goes on. */
export const paused: Check = async (place) => {
  await pausedPastLease(place, ({ silence }, run) => silence(run))
}

interface ListDocument {
  readonly runs: ReadonlyArray<{ readonly id: string; readonly status: string; readonly reason: string | null; readonly loss: number | null }>
  readonly queue: { readonly waiting: number; readonly workers: ReadonlyArray<unknown> }
}

/** A worker makes arms at seeds as runs of a launch that is listed and shown. */
export const submitted: Check = (place) =>
  inQueue(place, async ({ does, rows, submit, worker, project, result }) => {
    project.write("e.ts", tiny())
    const ids = await submit("e.ts", "--arm", "calm", "--seed", "3", "--seed", "4")
    assert.strictEqual(ids.length, 2)
    const list = async () => JSON.parse((await does(0, "runs", "list", "--json")).stdout) as ListDocument
    const before = await list()
    assert.deepStrictEqual(before.runs.map(({ id, status }) => [id, status]), ids.map((id) => [id, "waiting"]))
    assert.deepStrictEqual([before.queue.waiting, before.queue.workers], [2, []])

    const once = await worker("--once").ended
    assert.strictEqual(once.code, 0, once.stderr)
    assert.deepStrictEqual(await rows("select id, seed, status, attempt from runs order by place"), [
      { id: ids[0] ?? "", seed: 3, status: "succeeded", attempt: 1 },
      { id: ids[1] ?? "", seed: 4, status: "succeeded", attempt: 1 }
    ])
    const shown = JSON.parse((await does(0, "runs", "show", "last", "--json")).stdout) as RunDocument
    assert.deepStrictEqual([shown.id, shown.status, shown.steps], [ids[1], "succeeded", 10])
    assert.deepStrictEqual(shown.metrics, result(shown.id).metrics)
  })

/** A trigger launches once for a time, whoever tends the queue, and does by its overlap where a launch has not ended. */
export const triggered: Check = (place) =>
  inQueue(place, async ({ does, project, rows, until, worker }) => {
    // Nobody has what the runs demand, so that they wait.
    project.write("e.ts", tiny({
      recipe: `host: Host.make({ labels: { gpu: "none" } })`,
      arms: "{ calm }",
      rest: `triggers: [Trigger.cron("* * * * *"), Trigger.cron("*/1 * * * *", { overlap: "cancel" })]`
    }))
    const told = async (...command: ReadonlyArray<string>) =>
      (JSON.parse((await does(0, "triggers", ...command, "--json")).stdout) as {
        readonly triggers: ReadonlyArray<{ readonly id: string; readonly fires: { readonly overlap: string }; readonly last: unknown }>
      }).triggers
    const added = await told("add", "e.ts")
    assert.deepStrictEqual(added.map(({ fires, last }) => [fires.overlap, last]), [["skip", null], ["cancel", null]])
    const [skipping = "", cancelling = ""] = added.map(({ id }) => id)
    const launchesOf = (trigger: string) => `select id from launches where trigger_id = '${trigger}' order by due`
    const aMinutePasses = () => rows("update triggers set since = since - 60000, next = next - 60000")

    const workers = [worker(), worker()]
    await until("select id from workers", (rows) => rows.length === 2)
    await aMinutePasses()
    const [first] = await until(launchesOf(cancelling), (rows) => rows.length > 0)
    await until(launchesOf(skipping), (rows) => rows.length > 0)
    await rows("update launches set due = due - 120000")
    await aMinutePasses()
    await until(`select remark from triggers where id = '${skipping}'`, ([row]) => /^1 skipped: launch \S+, of .*, has not ended \(overlap "skip"\)$/.test(String(row?.["remark"])))
    const [cancelled] = await until(`select status, reason from runs where launch = '${first?.["id"]}'`, ([row]) => row?.["status"] === "cancelled")
    assert.strictEqual(cancelled?.["reason"], `its trigger's next time came (overlap "cancel")`)
    const [only, ...more] = await rows(launchesOf(skipping))
    assert.deepStrictEqual(more, [])
    assert.isAtLeast((await rows(launchesOf(cancelling))).length, 2)

    const said = (await Promise.all(workers.map(drained))).map(({ stderr }) => stderr).join("")
    for (const launch of [only, first]) assert.strictEqual(said.split(`launched by its trigger: ${String(launch?.["id"])}`).length, 2)
    await does(0, "triggers", "remove", "tiny")
    assert.deepStrictEqual(await told("list"), [])
    assert.match((await does(2, "triggers", "remove", "tiny")).stderr, /"tiny" is launched by no trigger here/)
  })

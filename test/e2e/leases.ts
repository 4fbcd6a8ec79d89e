/**
 * A worker that is paused for longer than anybody waits to hear of it, and wakes after another has taken its run.
 */
import { assert } from "@effect/vitest"
import { contents, drained, inQueue, type Queueing, tiny } from "./queueing.ts"
import type { Place } from "./workers.ts"

/** Where the paused one was about to write goes on in its own logs and unfinished checkpoints, which count for nothing. */
const own = /^attempts\/1\/(events\.jsonl$|process\.log$|.*\.tmp\/)/

/** Pauses a worker with all of its processes until another has made its run. Tells after how many seconds that began. */
export const pausedPastLease = (
  place: () => Promise<Place>,
  lapse: (queue: Queueing, run: string) => Promise<void>
): Promise<number> =>
  inQueue(place, async (queue) => {
    const { folder, project, rows, saved, stands, submit, worker } = queue
    project.write("e.ts", tiny({ steps: 500 }))
    const workers = [worker(), worker()] as const
    for (const { says } of workers) await says("waiting for runs")
    const [run = ""] = await submit("e.ts", "--arm", "calm")
    await saved(run, 1, 100)
    const [attempt] = await rows(`select holder from attempts where run = '${run}'`)
    const [one, two] = workers
    const [paused, other] = (JSON.parse(String(attempt?.["holder"])) as ReadonlyArray<unknown>)[1] === one.pid ? [one, two] : [two, one]
    process.kill(-paused.pid, "SIGSTOP")
    const at = Date.now()
    await lapse(queue, run)
    await stands(run, "succeeded")
    await drained(other)
    const seen = async () => ({
      files: Object.entries(contents(folder(run))).filter(([file]) => !own.test(file)),
      record: await rows(`select * from runs where id = '${run}'`),
      attempts: await rows(`select * from attempts where run = '${run}' order by number`)
    })
    const before = await seen()
    assert.deepStrictEqual(before.attempts.map(({ status }) => status), ["interrupted", "succeeded"])

    process.kill(-paused.pid, "SIGCONT")
    await paused.says("the run was given to another worker")
    const [next = ""] = await submit("e.ts", "--arm", "calm", "--seed", "1", "--steps", "10")
    await stands(next, "succeeded")
    assert.deepStrictEqual(await seen(), before)
    await drained(paused)
    return (Number(before.attempts[1]?.["started"]) - at) / 1000
  })

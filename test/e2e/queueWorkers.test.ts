import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import { checkpointsOf, drained, inQueue, type Queueing, tensorsOf, tiny, until } from "./queueing.ts"
import { childrenOf, inProject, lives } from "./project.ts"
import { pausedPastLease } from "./leases.ts"
import { part } from "../require.ts"
import { onBoth, onOne } from "./workers.ts"

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

onBoth("A worker", (place) => {
  it.concurrent("that is drained gives its run back with a checkpoint, from which another goes on to the same bits", () =>
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
    }), 240_000)

  it.concurrent("has what is cancelled end: at once where it waits, with a checkpoint where it runs", () =>
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
    }), 240_000)

  it.concurrent("that is paused past its lease and woken changes nothing of what another has made since, and goes on", async () => {
    await pausedPastLease(place, ({ silence }, run) => silence(run))
  }, 240_000)
})

onOne("A worker", (place) => {
  it.concurrent("runs no more at once than a limit allows, whoever else is at work", () =>
    inQueue(place, async ({ project, rows, submit, worker }) => {
      project.write("e.ts", tiny({ recipe: "host: Host.make({ limits: { archive: 1 } })" }))
      await submit("e.ts", "--arm", "calm", "--seed", "0", "--seed", "1", "--seed", "2")
      for (const { ended } of [worker("--slots", "2", "--once"), worker("--slots", "2", "--once")]) {
        const { code, stderr } = await ended
        assert.strictEqual(code, 0, stderr)
      }
      const made = await rows("select started, ended from attempts where status = 'succeeded' order by started")
      assert.strictEqual(made.length, 3)
      made.slice(1).forEach(({ started }, index) => assert.isAtLeast(Number(started), Number(made[index]?.["ended"])))
    }), 240_000)

  it.concurrent("leaves alone what ballast run is at work on, and so does cancel, which says so", () =>
    inQueue(place, async ({ does, project, rows, start }) => {
      project.write("e.ts", tiny())
      const running = start("run", "e.ts", "--arm", "endless", "--engine", "wasm")
      await running.says(" training")
      const refused = await does(1, "runs", "cancel", "last")
      assert.match(refused.stdout, /is no run of the queue: Ctrl-C where ballast run was started ends it/)
      assert.deepStrictEqual((await rows("select status from runs")).map(({ status }) => status), ["running"])
      running.kill("SIGTERM")
      assert.strictEqual((await running.ended).code, 143)
    }), 240_000)
})

/** Whether this process may mount, with a mount that nobody else sees. */
const mayMount = process.getuid?.() === 0
  && spawnSync("unshare", ["--mount", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" }).status === 0

/** Has the home lie on a small disk of its own. */
const onSmallDisk = async ({ project }: Queueing, use: (mount: (options: string) => void, home: string) => Promise<void>): Promise<void> => {
  const home = `${project.folder}/home`
  fs.mkdirSync(home)
  const mount = (options: string): void => {
    const { status, stderr } = spawnSync("mount", [...options.split(" "), home], { encoding: "utf8" })
    assert.strictEqual(status, 0, stderr)
  }
  mount("-t tmpfs -o size=4m tmpfs")
  try {
    await use(mount, home)
  } finally {
    spawnSync("umount", ["--lazy", home])
  }
}

part("mounts", mayMount, "A home", () => {
  onOne("A full one", (place) => {
    it.concurrent("fails no run: its worker says so and gives it back once there is room", () =>
      inQueue(place, (queue) =>
        onSmallDisk(queue, async (_, home) => {
          const { project, result, saved, stands, submit, worker, rows } = queue
          project.write("e.ts", tiny({ steps: 1500 }))
          const [run = ""] = await submit("e.ts", "--arm", "calm")
          const full = worker()
          await saved(run, 1, 100)
          const filler = fs.openSync(`${home}/filler`, "w")
          try {
            for (;;) fs.writeSync(filler, Buffer.alloc(4096))
          } catch {
            fs.closeSync(filler)
          }
          await full.says("the disk is full")
          fs.rmSync(`${home}/filler`)
          await full.says("the run waits again")
          const { reason } = await stands(run, "waiting")
          assert.match(String(reason), /ENOSPC|the disk is full/)
          await drained(full)
          await rows("update tickets set not_before = 0")
          const other = await worker("--once").ended
          assert.strictEqual(other.code, 0, other.stderr)
          const { attempts, status } = result(run)
          assert.strictEqual(status, "succeeded")
          assert.isAtLeast(attempts.length, 2)
        })), 240_000)
  })

  onBoth("A read-only one", (place) => {
    it.concurrent("has its worker say so, and take nothing or give it back", () =>
      inQueue(place, (queue) =>
        onSmallDisk(queue, async (mount) => {
          const { project, shared, stands, submit, worker } = queue
          project.write("e.ts", tiny())
          const [run = ""] = await submit("e.ts", "--arm", "calm")
          mount("-o remount,ro")
          const { code, stderr } = await worker("--once").ended
          assert.strictEqual(code, shared ? 0 : 3, stderr)
          const said = stderr.replaceAll(/\s+/g, " ")
          assert.match(said, shared ? /the run waits again: .* cannot be written/ : /cannot be opened: see that its folder .* may be written to/)
          mount("-o remount,rw")
          await stands(run, "waiting")
        })), 240_000)
  })
})

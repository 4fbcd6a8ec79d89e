import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import { drained, inQueue, type Queueing, tiny } from "./queueing.ts"
import { cancelled, drainedMidway, paused } from "./queues.ts"
import { part } from "../require.ts"
import { onBoth, onOne, onSeveral } from "./workers.ts"

onSeveral("A worker", (place) => {
  it.concurrent("that is drained gives its run back with a checkpoint, from which another goes on to the same bits", () =>
    drainedMidway(place), 240_000)

  it.concurrent("has what is cancelled end: at once where it waits, with a checkpoint where it runs", () => cancelled(place), 240_000)

  it.concurrent("that is paused past its lease and woken changes nothing of what another has made since, and goes on", () =>
    paused(place), 240_000)
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

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as HostMemory from "../../../runtime/run/HostMemory.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Writes a host's files under a folder and counts what they tell. */
const killsOf = (root: string, files: Readonly<Record<string, string>>): ReadonlyArray<number> => {
  for (const [file, text] of Object.entries(files)) {
    fs.mkdirSync(path.join(root, path.dirname(file)), { recursive: true })
    fs.writeFileSync(path.join(root, file), text)
  }
  return [...HostMemory.kills(root).values()]
}

describe("HostMemory", () => {
  it("tells how much memory this process has held, where the host does", () => {
    const peak = HostMemory.peakOf(process.pid)
    if (fs.existsSync("/proc/self/status")) assert.isAtLeast(peak ?? 0, 0.5 * process.memoryUsage.rss())
    else assert.isNull(peak)
    assert.isNull(HostMemory.peakOf(-1))
  })

  it.effect("counts what the system ended, in both generations of control groups and on the whole host", () =>
    inTemporaryFolder((root) =>
      Effect.sync(() => {
        assert.deepStrictEqual(killsOf(root, {}), [])
        assert.deepStrictEqual(
          killsOf(root, {
            "proc/vmstat": "pgfault 12\noom_kill 3\n",
            "proc/self/cgroup": "4:memory:/old\n2:cpu,cpuacct:/\n0::/new/one\n",
            "sys/fs/cgroup/memory/old/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            "sys/fs/cgroup/new/one/memory.events": "low 0\noom 4\noom_kill 1\n"
          }),
          [2, 1, 3]
        )
        const before = HostMemory.kills(root)
        assert.isFalse(HostMemory.killedBetween(before, HostMemory.kills(root)))
        fs.writeFileSync(path.join(root, "proc/vmstat"), "oom_kill 4\n")
        assert.isTrue(HostMemory.killedBetween(before, HostMemory.kills(root)))
        assert.isFalse(HostMemory.killedBetween(new Map(), HostMemory.kills(root)))
      })
    ))

  it.effect("tells what the system ended within the last looks, and forgets it after some more", () =>
    inTemporaryFolder((root) =>
      Effect.sync(() => {
        killsOf(root, { "proc/vmstat": "oom_kill 3\n" })
        const watch = HostMemory.watch(root)
        assert.isFalse(watch.recently())
        for (let look = 0; look < 100; look++) watch.look()
        killsOf(root, { "proc/vmstat": "oom_kill 4\n" })
        assert.isTrue(watch.recently())
        // What held much is gone some looks after it was counted.
        for (let look = 0; look < 5; look++) watch.look()
        assert.isTrue(watch.recently())
        for (let look = 0; look < 5; look++) watch.look()
        assert.isFalse(watch.recently())
      })
    ))
})

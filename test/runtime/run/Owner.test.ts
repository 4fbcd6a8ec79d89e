import { assert, describe, it } from "@effect/vitest"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import * as Owner from "../../../runtime/run/Owner.ts"

describe("Owner", () => {
  it("knows this process, one that ended, and one that only has the same number", () => {
    const self = Owner.self()
    assert.strictEqual(self.pid, process.pid)
    assert.isTrue(Owner.lives(self))
    const { pid } = spawnSync(process.execPath, ["--eval", ""])
    assert.isFalse(Owner.lives({ pid, born: null }))
    if (self.born !== null) assert.isFalse(Owner.lives({ ...self, born: `${self.born}1` }))
  })

  it("takes a process for gone that only waits to be buried", async () => {
    const parent = spawn("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] })
    const [line] = await once(parent.stdout, "data") as [Buffer]
    const zombie = { pid: Number(line), born: null }
    while (Owner.lives(zombie)) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.doesNotThrow(() => process.kill(zombie.pid, 0))
    parent.kill("SIGKILL")
  })
})

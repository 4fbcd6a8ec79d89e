import { assert, describe, it } from "@effect/vitest"
import { spawn } from "node:child_process"
import { once } from "node:events"
import * as os from "node:os"
import * as Owner from "../../../runtime/run/Owner.ts"
import { gone } from "./launches.ts"

const host = os.hostname()

describe("Owner", () => {
  it("knows this process, one that ended, and one that only has the same number", () => {
    const self = Owner.self()
    assert.deepStrictEqual([self.host, self.pid], [host, process.pid])
    assert.isTrue(Owner.lives(self))
    assert.isFalse(Owner.lives(gone()))
    if (self.born !== null) assert.isFalse(Owner.lives({ ...self, born: `${self.born}1` }))
  })

  it("sees no process of another host, whatever its number, and tells people where it is", () => {
    const elsewhere = { ...Owner.self(), host: `${host}-2` }
    assert.isFalse(Owner.lives(elsewhere))
    assert.isFalse(Owner.lives({ ...elsewhere, born: null }))
    assert.strictEqual(Owner.name(Owner.self()), `process ${process.pid}`)
    assert.strictEqual(Owner.name(elsewhere), `process ${process.pid} on ${host}-2`)
  })

  it("knows a process to be gone on this very machine alone, since it was started", () => {
    const self = Owner.self()
    if (self.born === null) return
    const dead = { ...self, born: `${self.born}1` }
    assert.isTrue(Owner.isGone(dead))
    assert.isFalse(Owner.isGone(self))
    assert.isFalse(Owner.isGone({ ...dead, host: `${host}-2` }))
    assert.isFalse(Owner.isGone({ ...dead, born: null }))
    // Another machine may have the same name.
    assert.isFalse(Owner.isGone({ ...dead, born: dead.born.replace(/^[^/]*/, "another-boot") }))
  })

  it("takes a process for gone that only waits to be buried", async () => {
    const parent = spawn("/bin/sh", ["-c", "sleep 0.3 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "inherit"] })
    const [line] = await once(parent.stdout, "data") as [Buffer]
    const zombie = { host, pid: Number(line), born: null }
    while (Owner.lives(zombie)) await new Promise((resolve) => setTimeout(resolve, 10))
    assert.doesNotThrow(() => process.kill(zombie.pid, 0))
    parent.kill("SIGKILL")
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "fast-check"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Clock from "../../../../runtime/run/doctor/Clock.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookOnce, withProgram } from "./looking.ts"

const inFolder = (body: (folder: string) => void) => inTemporaryFolder((folder) => Effect.sync(() => body(folder)))

const lookWith = (folder: string, programs: Readonly<Record<string, string>>) => {
  const paths = Object.entries(programs).map(([name, script]) => withProgram(folder, name, script))
  return lookOnce(Clock.check, { home: folder }, { environment: { PATH: paths[0] ?? "" } })
}

describe("Clock", () => {
  it("finds by how much a file system's clock is ahead or behind", () => {
    const times = FastCheck.integer({ min: 0, max: 2 ** 40 })
    FastCheck.assert(FastCheck.property(times, FastCheck.nat(1000), FastCheck.integer(), (before, taken, aheadBy) => {
      const after = before + taken
      assert.strictEqual(Clock.ahead({ before, file: before + (aheadBy >= 0 ? taken : 0) + aheadBy, after }), aheadBy)
      assert.strictEqual(Clock.ahead({ before, file: before + Math.floor(taken / 2), after }), 0)
    }))
  })

  it("warns of one that differs by more than file systems round, and says which way", () => {
    const [behind] = Clock.judge(-37_000, true)
    assert.deepStrictEqual([behind?.status, behind?.found], [
      "warning",
      "the clock of the file system is 37.0 s behind this process's"
    ])
    assert.match(behind?.remedy ?? "", /set-ntp/)
    assert.include(Clock.judge(2500, null)[0]?.found, "2.5 s ahead of this process's")
    assert.deepStrictEqual(Clock.judge(1900, null).map(({ status }) => status), ["ok"])
    assert.strictEqual(Clock.judge(-3000, false).length, 2)
  })

  it.effect("is compared with that of a file in the home, which is gone afterwards", () =>
    inFolder((folder) => {
      const shifted = `data:text/javascript,const now = Date.now; Date.now = () => now() + 3600000`
      const { found, status } = lookOnce(Clock.check, { home: folder }, {
        environment: { NODE_OPTIONS: `--import="${shifted.replaceAll(" ", "%20")}"` }
      })
      assert.deepStrictEqual([status, found.slice(0, 40)], ["warning", "the clock of the file system is 3600.0 s"])
      assert.deepStrictEqual(fs.readdirSync(folder), [])
    }))

  it.effect("is kept right where the system says so", () =>
    inFolder((folder) => {
      const told = (timedatectl: string, adjtimex: string) => lookWith(folder, { timedatectl, adjtimex })
      const notHere = "echo 'System has not been booted with systemd' >&2; exit 1"
      const yes = told("echo NTPSynchronized=yes", "exit 1")
      assert.deepStrictEqual([yes.status, yes.found], ["ok", "agrees with the file system's; synchronised"])
      const no = told("echo NTPSynchronized=no", "exit 1")
      assert.deepStrictEqual([no.status, no.found], ["warning", "nothing keeps this machine's clock right"])
      assert.match(no.remedy ?? "", /timedatectl set-ntp true/)
      assert.strictEqual(told(notHere, "echo '         status: 8257'").status, "warning")
      assert.include(told(notHere, "echo '         status: 8193'").found, "; synchronised")
      assert.include(told(notHere, "exit 1").found, "nothing here tells whether it is synchronised")
    }), 60_000)

  it.effect("does not wait for a system that does not say", () =>
    inFolder((folder) => {
      const { found, status } = lookWith(folder, { timedatectl: "sleep 600", adjtimex: "exit 1" })
      assert.deepStrictEqual([status, path.isAbsolute(folder)], ["ok", true])
      assert.include(found, "nothing here tells")
    }))
})

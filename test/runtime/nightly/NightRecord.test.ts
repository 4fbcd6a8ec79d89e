import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import * as NightRecord from "../../../runtime/nightly/NightRecord.ts"
import * as Owner from "../../../runtime/run/Owner.ts"

const root = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-nights-"))
afterAll(() => fs.rmSync(root, { recursive: true }))

const clip: NightRecord.Trained = { experiment: "cold", arm: "clip", training: "t", data: "d" }

const night = (id: string, started: number, changes: Partial<NightRecord.NightRecord> = {}): NightRecord.NightRecord => ({
  format: "ballast.night/1",
  id,
  started,
  ended: null,
  engine: "auto",
  origin: { commit: "c0ffee", dirty: null, ballast: "0.1.0" },
  owner: Owner.self(),
  arms: [{ ...clip, file: "experiments/cold.ts", seeds: [0, 1] }],
  baselines: ["cold"],
  launches: [],
  ...changes
})

describe("NightRecord", () => {
  it.effect("lists nights that can be read, the newest first", () =>
    Effect.gen(function*() {
      const home = { directory: fs.mkdtempSync(path.join(root, "home-")) }
      assert.deepStrictEqual(NightRecord.list(home), [])
      for (const one of [night("a", 1), night("b", 2)]) yield* NightRecord.write(home, one)
      yield* NightRecord.writeFiles(NightRecord.folderOf(home, "torn"), { "night.json": "{" })
      assert.deepStrictEqual(NightRecord.list(home), [night("b", 2), night("a", 1)])
    }))

  it.effect("says what is wrong with a folder that cannot be written to", () =>
    Effect.gen(function*() {
      const file = path.join(root, "file")
      fs.writeFileSync(file, "")
      const { message } = yield* Effect.flip(NightRecord.writeFiles(path.join(file, "nights"), { "a.txt": "" }))
      assert.include(message, "cannot be written to")
    }))

  it("goes on with the newest night of the same commit that has not ended", () => {
    const nights = [night("c", 3, { ended: 4 }), night("b", 2), night("a", 1)]
    const { engine, origin } = night("", 0)
    const asked: NightRecord.Asked = { engine, origin, trained: [{ ...clip, arm: "bare" }, clip] }
    assert.strictEqual(NightRecord.unfinished(nights, asked)?.id, "b")
    for (const other of [{ commit: "d" }, { dirty: "d" }, { ballast: "d" }]) {
      assert.isNull(NightRecord.unfinished(nights, { ...asked, origin: { ...origin, ...other } }))
    }
    assert.isNull(NightRecord.unfinished(nights, { ...asked, engine: "wasm" }))
    for (const other of [{ training: "u" }, { data: "e" }, { arm: "bare" }, { experiment: "warm" }]) {
      assert.isNull(NightRecord.unfinished(nights, { ...asked, trained: [{ ...clip, ...other }] }))
    }
  })

  it("leaves to the next night what one has taken that was broken off", () => {
    const launches = (launch: string) => [{ experiment: "cold", launch, repeat: false }]
    const parent: Owner.Owner = { host: os.hostname(), pid: process.ppid, born: null }
    const nights = [
      night("a", 1, { launches: launches("l1"), ended: 2 }),
      night("b", 2, { launches: launches("l2"), owner: parent }),
      night("c", 3, { launches: launches("l3"), owner: { ...parent, host: "elsewhere" } })
    ]
    assert.deepStrictEqual(NightRecord.judged(nights), ["l1", "l2"])
  })

  it("leaves a night to the process that is at work on it", () => {
    const parent: Owner.Owner = { host: os.hostname(), pid: process.ppid, born: null }
    assert.isTrue(NightRecord.isHeld(night("a", 1, { owner: parent })))
    assert.isFalse(NightRecord.isHeld(night("a", 1, { owner: parent, ended: 2 })))
    assert.isFalse(NightRecord.isHeld(night("a", 1)))
    assert.isFalse(NightRecord.isHeld(night("a", 1, { owner: { ...parent, host: "elsewhere" } })))
  })
})

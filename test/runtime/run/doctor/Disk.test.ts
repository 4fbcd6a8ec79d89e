import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Disk from "../../../../runtime/run/doctor/Disk.ts"
import { part } from "../../../require.ts"
import { attemptWith } from "../states.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookHere, lookOnce, mayMount, onOwnDisk } from "./looking.ts"

const statuses = (room: Partial<Disk.Room>) =>
  Disk.judge("/home", { free: 1e12, freeFiles: 1e6, largest: 1e9, ...room }).map(({ status }) => status)

describe("Disk", () => {
  it("compares what is free with what a run's checkpoints take", () => {
    assert.deepStrictEqual(statuses({}), ["ok"])
    assert.deepStrictEqual(statuses({ free: 9e9 }), ["warning"])
    assert.deepStrictEqual(statuses({ free: 1.9e9 }), ["failed"])
    assert.deepStrictEqual(statuses({ free: 9e9, largest: null }), ["ok"])
    assert.deepStrictEqual(statuses({ free: 9e8, largest: null }), ["warning"])
    assert.deepStrictEqual(statuses({ free: 1e8, largest: null }), ["failed"])
  })

  it("compares how many files there is room for", () => {
    assert.deepStrictEqual(statuses({ freeFiles: 500 }), ["warning"])
    assert.deepStrictEqual(statuses({ freeFiles: 50 }), ["failed"])
    assert.deepStrictEqual(statuses({ freeFiles: null }), ["ok"])
    assert.deepStrictEqual(statuses({ freeFiles: 50, free: 0 }), ["failed", "failed"])
  })

  it.effect("finds the largest checkpoint among those that runs have kept", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      assert.isNull(Disk.largestCheckpoint(path.join(folder, "runs")))
      yield* attemptWith(path.join(folder, "runs/a-1"), 1, { checkpoints: [10] })
      const small = Disk.largestCheckpoint(path.join(folder, "runs")) ?? 0
      yield* attemptWith(path.join(folder, "runs/b-1"), 1, { recovery: [20_000] })
      fs.mkdirSync(path.join(folder, "runs/c-1"))
      assert.isAbove(Disk.largestCheckpoint(path.join(folder, "runs")) ?? 0, small + 3 * 4 * 19_000)
      const { found } = Effect.runSync(lookHere(Disk.check, { home: folder }))
      assert.match(found, /10 times the largest checkpoint/)
    })))

  it.effect("looks at the disk that a home would be on, and makes none", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        const home = path.join(folder, "a/b/home")
        const { found, status } = Effect.runSync(lookHere(Disk.check, { home }))
        assert.notStrictEqual(status, "failed", found)
        assert.include(found, "there is no checkpoint yet")
        assert.deepStrictEqual(fs.readdirSync(folder), [])
        Effect.runSync(lookHere(Disk.check, { home: folder }))
        assert.deepStrictEqual(fs.readdirSync(folder), [])
      })
    ))

  it.effect("refuses a file in the place of a folder", () =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => {
        fs.writeFileSync(path.join(folder, "file"), "")
        const { found, remedy, status } = Effect.runSync(lookHere(Disk.check, { home: path.join(folder, "file/home") }))
        assert.strictEqual(status, "failed")
        assert.match(found, /file is no folder/)
        assert.match(remedy ?? "", /--home/)
      })
    ))
})

part("mounts", mayMount, "Disk, a small one of its own", () => {
  const on = (options: string, script: string) =>
    inTemporaryFolder((folder) =>
      Effect.sync(() => lookOnce(Disk.check, { home: path.join(folder, "home") }, { within: onOwnDisk(folder, options, script) }))
    )

  it.effect("is full", () =>
    Effect.gen(function*() {
      const { found, remedy, status } = yield* on(
        "size=256k",
        `mkdir "$1/home"; head -c 1000000 /dev/zero > "$1/home/fill" 2>&- || true`
      )
      assert.strictEqual(status, "failed")
      assert.match(found, /home cannot be written to: ENOSPC/)
      assert.match(remedy ?? "", /remove the folders of runs .*home\/runs.*--home/)
    }))

  it.effect("is too small", () =>
    Effect.gen(function*() {
      const { found, status } = yield* on("size=2m", "true")
      assert.strictEqual(status, "failed")
      assert.match(found, /^2 MB free; a run is taken to need 1\.0 GB/)
    }))

  it.effect("has no room for files", () =>
    Effect.gen(function*() {
      const { found, status } = yield* on("size=4g,nr_inodes=40", `mkdir "$1/home"`)
      assert.strictEqual(status, "failed")
      assert.match(found, /room for 3\d files alone/)
    }))

  it.effect("may only be read", () =>
    Effect.gen(function*() {
      for (const make of [`mkdir "$1/home"; `, ""]) {
        const { found, remedy, status } = yield* on("size=4g", `${make}mount -o remount,ro "$1"`)
        assert.strictEqual(status, "failed")
        assert.match(found, /cannot be written to: EROFS/)
        assert.match(remedy ?? "", /remount/)
      }
    }))
})

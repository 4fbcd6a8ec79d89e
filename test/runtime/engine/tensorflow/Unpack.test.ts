import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { randomBytes } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Unpack from "../../../../runtime/engine/tensorflow/Unpack.ts"
import { part } from "../../../require.ts"
import { withEngines } from "./temporary.ts"

const writer = `
import json, sys, zipfile
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    for name, content, mode in json.loads(sys.argv[2]):
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
`
type Entry = readonly [name: string, content: string, mode?: number]

const regular = 0o100644
const link = 0o120777

const wholeWheel: ReadonlyArray<Entry> = [
  ["tensorflow/libtensorflow_cc.so.2", "cc"],
  ["tensorflow/libtensorflow_framework.so.2", "framework"],
  ["tensorflow/include/tensorflow/c/c_api.h", "header"],
  ["tensorflow/include/xla/tsl/c/tsl_status.h", "status"],
  ["tensorflow/include/Eigen/Core", "large and unused"],
  ["tensorflow/python/pywrap.so", "unused"],
  ["tensorflow_cpu-2.21.0.dist-info/RECORD", ""]
]

const withWheel = (entries: ReadonlyArray<Entry>, body: (wheel: string, folder: string) => Effect.Effect<void>) =>
  withEngines((temporary) =>
    Effect.gen(function*() {
      const [wheel, folder] = [path.join(temporary, "a.whl"), path.join(temporary, "inner", "folder")]
      fs.mkdirSync(folder, { recursive: true })
      const described = JSON.stringify(entries.map(([name, content, mode = regular]) => [name, content, mode]))
      const made = spawnSync("python3", ["-c", writer, wheel, described], { encoding: "utf8" })
      assert.strictEqual(made.status, 0, made.stderr)
      yield* body(wheel, folder)
    })
  )

const filesUnder = (folder: string): ReadonlyArray<string> =>
  fs.readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted()

const needed = [
  "include/tensorflow/c/c_api.h",
  "include/xla/tsl/c/tsl_status.h",
  "libtensorflow_cc.so.2",
  "libtensorflow_framework.so.2"
]

part("python3", spawnSync("python3", ["--version"]).status === 0, "Unpack", () => {
  it.effect("takes the two libraries and the headers that the addon includes, and nothing else", () =>
    withWheel(wholeWheel, (wheel, folder) =>
      Effect.gen(function*() {
        yield* Effect.orDie(Unpack.unpack(wheel, folder))
        assert.deepStrictEqual(filesUnder(folder), needed)
        assert.strictEqual(fs.readFileSync(path.join(folder, "libtensorflow_cc.so.2"), "utf8"), "cc")
      })))

  it.effect("keeps what is finished and does the rest again", () =>
    withWheel(wholeWheel, (wheel, folder) =>
      Effect.gen(function*() {
        const finished = path.join(folder, "libtensorflow_framework.so.2")
        fs.writeFileSync(finished, "FRAMEWORK")
        fs.writeFileSync(path.join(folder, "libtensorflow_cc.so.2"), "c")
        fs.writeFileSync(path.join(folder, "libtensorflow_cc.so.2.tmp"), "torn")
        yield* Effect.orDie(Unpack.unpack(wheel, folder))
        assert.deepStrictEqual(filesUnder(folder), needed)
        assert.strictEqual(fs.readFileSync(finished, "utf8"), "FRAMEWORK")
        assert.strictEqual(fs.readFileSync(path.join(folder, "libtensorflow_cc.so.2"), "utf8"), "cc")
      })))

  const bad: ReadonlyArray<readonly [string, ReadonlyArray<Entry>, string]> = [
    ["a path that leaves the folder", [["tensorflow/include/tensorflow/c/../../../../../out.h", "x"]], "not allowed"],
    ["a link", [["tensorflow/include/tensorflow/c/link.h", "/etc/passwd", link]], "holds a link"]
  ]
  for (const [what, entries, said] of bad) {
    it.effect(`refuses ${what}`, () =>
      withWheel([...entries, ...wholeWheel], (wheel, folder) =>
        Effect.gen(function*() {
          const failed = yield* Effect.orDie(Effect.flip(Unpack.unpack(wheel, folder)))
          assert.include(failed.output, said)
          assert.deepStrictEqual(
            filesUnder(path.resolve(folder, "../..")).filter((file) => /out\.h|link\.h/.test(file)),
            []
          )
        })))
  }

  it.effect("names a library that the wheel lacks", () =>
    withWheel(wholeWheel.slice(1), (wheel, folder) =>
      Effect.gen(function*() {
        const failed = yield* Effect.orDie(Effect.flip(Unpack.unpack(wheel, folder)))
        assert.include(failed.output, "holds no tensorflow/libtensorflow_cc.so.2")
      })))

  it.effect("leaves no library of a damaged wheel under its own name", () =>
    withWheel([["tensorflow/libtensorflow_cc.so.2", randomBytes(20_000).toString("hex")], ...wholeWheel.slice(1)], (wheel, folder) =>
      Effect.gen(function*() {
        const bytes = fs.readFileSync(wheel)
        const at = bytes.indexOf("libtensorflow_cc.so.2") + "libtensorflow_cc.so.2".length + 50
        bytes.writeUInt8(bytes.readUInt8(at) ^ 0x10, at)
        fs.writeFileSync(wheel, bytes)
        yield* Effect.orDie(Effect.flip(Unpack.unpack(wheel, folder)))
        assert.isFalse(fs.existsSync(path.join(folder, "libtensorflow_cc.so.2")))
      })))
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { afterAll } from "vitest"
import * as BaselineFile from "../../../runtime/nightly/BaselineFile.ts"
import { baseline, document, sample, samples } from "./made.ts"

const root = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-baselines-"))
afterAll(() => fs.rmSync(root, { recursive: true }))

const project = (): string => BaselineFile.folderOf(fs.mkdtempSync(path.join(root, "project-")))

/** Names the fields of an object the other way round. */
const backwards = <A extends object>(fields: A): A => Object.fromEntries(Object.entries(fields).toReversed()) as A

const refused = (folder: string, text: string) =>
  Effect.gen(function*() {
    const file = BaselineFile.fileOf(folder, "cold")
    fs.mkdirSync(path.dirname(file), { recursive: true })
    fs.writeFileSync(file, text)
    return yield* Effect.flip(BaselineFile.read(folder, "cold"))
  })

describe("BaselineFile", () => {
  it.effect("keeps what it is given, numbers that JSON lacks and names that read like such", () =>
    Effect.gen(function*() {
      const folder = project()
      const odd = document(baseline([sample(0, Infinity, { losses: [1 / 3, NaN, -Infinity] })], { arm: "NaN" }))
      const file = yield* BaselineFile.write(folder, odd)
      assert.strictEqual(file, path.join(folder, "cold.json"))
      assert.deepStrictEqual(yield* BaselineFile.read(folder, "cold"), odd)
      assert.deepStrictEqual(fs.readdirSync(path.dirname(file)), ["cold.json"])
    }))

  it.effect("writes one text, in whatever order things are given", () =>
    Effect.gen(function*() {
      const [one, other] = [project(), project()]
      const two = samples([2, 3]).map((one) => ({ ...one, metrics: { ...one.metrics, clipRate: 0.5 } }))
      const [first, second] = [baseline(two), baseline(samples([4]), { arm: "bare" })]
      const kept = backwards({ ...document(first, second), baselines: [second, first].map((one) => ({
        ...backwards(one),
        accepted: backwards(one.accepted),
        samples: one.samples.toReversed().map((sample) => ({ ...backwards(sample), metrics: backwards(sample.metrics) }))
      })) })
      const files = [yield* BaselineFile.write(one, document(first, second)), yield* BaselineFile.write(other, kept)]
      const [left, right] = files.map((file) => fs.readFileSync(file, "utf8"))
      assert.strictEqual(left, right)
    }))

  it.effect("has none where there is no file", () =>
    Effect.map(BaselineFile.read(project(), "cold"), (read) => assert.deepStrictEqual(read, document())))

  it.effect("says everything that is wrong, each with its path", () =>
    Effect.gen(function*() {
      const wrong = document({
        ...baseline(samples([2])),
        training: "abc",
        accepted: { ...baseline(samples([2])).accepted, at: "yesterday", by: "" },
        samples: [{ seed: -1, run: "r", losses: [], metrics: { speed: 3 } }] as never
      })
      const { issues, message } = yield* refused(project(), JSON.stringify(wrong))
      assert.sameMembers(issues.map(({ path }) => path), [
        "baselines.0.training",
        "baselines.0.accepted.at",
        "baselines.0.accepted.by",
        "baselines.0.samples.0.seed",
        "baselines.0.samples.0.metrics"
      ])
      assert.include(message, "cold.json")
      assert.include(message, "expected a SHA-256 in 64 hexadecimal digits, got \"abc\"")
    }))

  it.effect("refuses two of one place, a seed twice, another's file, and no JSON", () =>
    Effect.gen(function*() {
      const one = baseline(samples([2]))
      const twice = yield* refused(project(), JSON.stringify(document(one, one)))
      assert.include(twice.message, "one baseline for each arm, engine and hardware")
      const seeds = yield* refused(project(), JSON.stringify(document(baseline([sample(1, 2), sample(1, 3)]))))
      assert.include(seeds.message, "every seed once")
      const others = yield* refused(project(), JSON.stringify({ ...document(one), experiment: "warm" }))
      assert.include(others.message, "expected \"cold\", as the file is named, got \"warm\"")
      assert.include((yield* refused(project(), "{")).message, "is not JSON")
    }))

  it.effect("reads no link, no pipe and nothing too large, and lists what is wrong a thousand times as far as anybody reads it", () =>
    Effect.gen(function*() {
      const folder = project()
      const file = BaselineFile.fileOf(folder, "cold")
      const said = Effect.map(Effect.flip(BaselineFile.read(folder, "cold")), ({ message }) => message.replace(/^baselines\/cold\.json /, ""))
      fs.mkdirSync(folder, { recursive: true })
      fs.writeFileSync(path.join(folder, "secret"), "secret")
      fs.symlinkSync("secret", file)
      assert.strictEqual(yield* said, "is no file")
      fs.rmSync(file)
      spawnSync("mkfifo", [file])
      assert.strictEqual(yield* said, "is no file")
      fs.rmSync(file)
      fs.writeFileSync(file, "")
      fs.truncateSync(file, (16 << 20) + 1)
      assert.strictEqual(yield* said, "is larger than 16 MiB")
      const { issues, message } = yield* refused(project(), JSON.stringify({ ...document(), baselines: Array.from({ length: 1000 }, () => ({})) }))
      assert.strictEqual(issues.length, 51)
      assert.match(message, /\n  and \d+ more$/)
    }))

  it.effect("leaves the file as it was where it cannot write a new one", () =>
    Effect.gen(function*() {
      const folder = project()
      const file = yield* BaselineFile.write(folder, document(baseline(samples([2]))))
      const before = fs.readFileSync(file, "utf8")
      fs.mkdirSync(`${file}.${process.pid}.tmp`)
      const failed = yield* Effect.flip(BaselineFile.write(folder, document(baseline(samples([3])))))
      assert.include(failed.message, "cannot be written")
      assert.strictEqual(fs.readFileSync(file, "utf8"), before)
    }))

  it("names no file outside of its folder", () => {
    assert.throws(() => BaselineFile.fileOf("/project", "../../etc/passwd"), RangeError)
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as CocoFile from "../../../runtime/data/CocoFile.ts"
import { inFolder, write } from "./folder.ts"

describe("CocoFile", () => {
  it.effect("says of a file that cannot be read what it is", () =>
    inFolder(Effect.fn(function*(folder) {
      write(folder, {
        "empty.json": "\n",
        "cut.json": `[{"image_id": 1,`,
        "nan.json": `[{"score": NaN}]`,
        "marked.json": "\ufeff[1]"
      })
      const messages = {
        "none.json": /^there is no file .*none\.json$/,
        ".": / is a folder$/,
        "empty.json": /empty\.json is empty$/,
        "cut.json": /cut\.json is not JSON: [^;\n]*$/,
        "nan.json": /is not JSON: .*; JSON has no NaN and no Infinity, which Python writes all the same$/
      }
      for (const [name, expected] of Object.entries(messages)) {
        const failed = yield* Effect.flip(CocoFile.read(path.join(folder, name)))
        assert.match(failed.message, expected)
      }
      assert.deepStrictEqual(yield* CocoFile.read(path.join(folder, "marked.json")), [1])
    })))

  it.effect("foresees that memory will be short, and says what helps", () =>
    inFolder(Effect.fn(function*(folder) {
      const file = path.join(folder, "large.json")
      write(folder, { "large.json": "[]" })
      // A file of holes: it takes no room.
      fs.truncateSync(file, 2 ** 40)
      const { message } = yield* Effect.flip(CocoFile.read(file))
      assert.match(message, /has 1099512 MB, which takes about \d+ MB of memory, and Node has \d+ MB left/)
      assert.match(message, /NODE_OPTIONS=--max-old-space-size=\d+/)
    })))

  it("lists the first ten places, and counts the others", () => {
    const issues = Array.from({ length: 13 }, (_, index) => ({ path: `annotations[${index}].bbox`, message: "is missing" }))
    const all = CocoFile.invalid("a.json", issues)
    assert.strictEqual(all.issues.length, 10)
    const lines = all.message.split("\n")
    assert.strictEqual(lines.length, 12)
    assert.deepStrictEqual([lines[0], lines[1], lines[11]], [
      "a.json is wrong in 13 places",
      "  annotations[0].bbox: is missing",
      "  and 3 more"
    ])
    assert.strictEqual(
      CocoFile.invalid("a.json", [{ path: "", message: "expected a list" }]).message,
      "a.json is wrong in 1 place\n  expected a list"
    )
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Inside from "../../../runtime/data/Inside.ts"
import { inFolder, write } from "./folder.ts"

describe("Inside", () => {
  it.effect("finds what lies in a folder, and tells what is missing from what leads outside", () =>
    inFolder((above) =>
      Effect.sync(() => {
        const root = path.join(above, "set")
        write(above, { "set/a.txt": "", "set/..b/c.txt": "", "settle/d.txt": "", "e.txt": "" })
        fs.symlinkSync("a.txt", path.join(root, "within"))
        fs.symlinkSync("../e.txt", path.join(root, "without"))
        fs.symlinkSync("set", path.join(above, "alias"))
        const tagOf = (place: string) => Inside.find(root, place)._tag
        const here = (place: string, relative: string, real = relative) =>
          assert.deepStrictEqual(Inside.find(root, place), { _tag: "Here", relative, real: path.join(root, real) })
        here(".", "")
        here("a.txt", "a.txt")
        here("..b/c.txt", "..b/c.txt")
        here("../set/a.txt", "a.txt")
        here("within", "within", "a.txt")
        here(path.join(root, "within"), "within", "a.txt")
        here(path.join(above, "alias", "within"), "a.txt")
        assert.strictEqual(tagOf("none.txt"), "Missing")
        const outside = ["without", "../e.txt", "../none.txt", "..", "../settle/d.txt", "/", path.join(above, "e.txt")]
        for (const place of outside) {
          assert.strictEqual(tagOf(place), "Outside", place)
        }
      })
    ))
})

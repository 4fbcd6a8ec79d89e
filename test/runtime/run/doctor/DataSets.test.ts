import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as DataSets from "../../../../runtime/run/doctor/DataSets.ts"
import { inFolder, write, writeSound } from "../../data/folder.ts"
import { look } from "./looking.ts"

describe("DataSets", () => {
  it.effect("looks at every set that the home's datasets.json or --data names", () =>
    inFolder(Effect.fn(function*(folder) {
      const home = path.join(folder, "home")
      const cells = path.join(folder, "cells")
      yield* writeSound(cells)
      write(home, { "datasets.json": JSON.stringify({ cells: "cells", gone: "gone" }) })
      const found = look(DataSets.check, { home, data: [`given=${cells}`] })
      assert.deepStrictEqual(found.map(({ name, status }) => [name, status]), [
        ["data cells", "ok"],
        ["data given", "ok"],
        ["data gone", "failed"]
      ])
      assert.isNotNull(found[2]?.remedy)
    })))

  it.effect("is content without any, and says what is wrong with what names them", () =>
    inFolder((folder) =>
      Effect.sync(() => {
        const home = path.join(folder, "home")
        assert.deepStrictEqual(look(DataSets.check, { home }).map(({ status }) => status), ["ok"])
        assert.isFalse(fs.existsSync(home))
        const [flag] = look(DataSets.check, { home, data: ["cells"] })
        assert.deepStrictEqual([flag?.status, flag?.remedy], ["failed", "write --data NAME=PATH"])
        write(home, { "datasets.json": "{" })
        const [file] = look(DataSets.check, { home })
        assert.strictEqual(file?.status, "failed")
        assert.match(file?.remedy ?? "", /^mend .*datasets\.json: \{ "NAME": "PATH" \}$/)
      })
    ))
})

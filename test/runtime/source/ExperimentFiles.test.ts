import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ExperimentFiles from "../../../runtime/source/ExperimentFiles.ts"
import { inTemporaryFolder } from "../run/temporary.ts"
import * as checkouts from "./checkouts.ts"

const repository = path.resolve(import.meta.dirname, "../../..")

describe("list", () => {
  it("lists the experiments of this repository", () => {
    const files = fs.readdirSync(path.join(repository, "experiments")).filter((file) => file.endsWith(".ts"))
    assert.deepStrictEqual(ExperimentFiles.list(repository), files.map((file) => `experiments/${file}`).toSorted())
  })

  it.effect("lists files that export something by default, at any depth", () =>
    inTemporaryFolder((root) =>
      Effect.sync(() => {
        checkouts.write(root, {
          "experiments/b.ts": "export default 1",
          "experiments/a/c.ts": "const c = 1\nexport { c as default }",
          "experiments/helper.ts": "export const c = 1",
          "experiments/types.d.ts": "export default 1",
          "experiments/a.js": "export default 1",
          "experiments/node_modules/d/e.ts": "export default 1",
          "experiments/Node_Modules/d/e.ts": "export default 1",
          "f.ts": "export default 1"
        })
        fs.symlinkSync("../f.ts", path.join(root, "experiments/link.ts"))
        fs.symlinkSync("..", path.join(root, "experiments/round"))
        assert.deepStrictEqual(ExperimentFiles.list(root), ["experiments/a/c.ts", "experiments/b.ts"])
        assert.deepStrictEqual(ExperimentFiles.list(root, "experiments"), [])
      })
    ))
})

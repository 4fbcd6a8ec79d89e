import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { pathToFileURL } from "node:url"
import { inTemporaryFolder } from "../run/temporary.ts"

const module = pathToFileURL(path.resolve(import.meta.dirname, "../../../runtime/source/Bubblewrap.ts")).href

/** What a process finds whose `bwrap` is the given script; none where there is no script. */
const foundBy = (script: string | null) =>
  inTemporaryFolder((folder) =>
    Effect.sync(() => {
      if (script !== null) fs.writeFileSync(path.join(folder, "bwrap"), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
      const program = `
        import * as Effect from "effect/Effect"
        import * as Bubblewrap from "${module}"
        console.log(JSON.stringify([await Effect.runPromise(Bubblewrap.found), await Effect.runPromise(Bubblewrap.command)]))`
      const { stderr, stdout } = spawnSync(process.execPath, ["--input-type=module", "--eval", program], {
        encoding: "utf8",
        env: { PATH: folder }
      })
      assert.notStrictEqual(stdout, "", stderr)
      return JSON.parse(stdout.replaceAll(folder, "FOLDER")) as unknown
    })
  )

describe("found", () => {
  it.live("tells what is not installed from what this host does not let work", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* foundBy(null), [{ command: null, obstacle: "is not installed" }, null])
      const refused = "is installed, and this host does not let it work"
      assert.deepStrictEqual(yield* foundBy("echo 'bwrap: No permissions to create a new namespace' >&2; exit 1"), [
        { command: null, obstacle: `${refused}: bwrap: No permissions to create a new namespace` },
        null
      ])
      assert.deepStrictEqual(yield* foundBy("exit 7"), [{ command: null, obstacle: `${refused}: it ended with 7` }, null])
      assert.deepStrictEqual(yield* foundBy("exit 0"), [{ command: "FOLDER/bwrap", obstacle: null }, "FOLDER/bwrap"])
    }), 60_000)
})

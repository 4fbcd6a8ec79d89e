import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** Runs a test in a temporary folder that goes afterwards, with `BALLAST_ENGINES` naming it. */
export const withEngines = <A, E, R>(body: (folder: string) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = process.env["BALLAST_ENGINES"]
      const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-engines-"))
      process.env["BALLAST_ENGINES"] = folder
      return { before, folder }
    }),
    ({ folder }) => body(folder),
    ({ before, folder }) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["BALLAST_ENGINES"]
        else process.env["BALLAST_ENGINES"] = before
        fs.rmSync(folder, { recursive: true, force: true })
      })
  )

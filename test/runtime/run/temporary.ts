import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** Lends a folder of its own to a test and removes it afterwards. */
export const inTemporaryFolder = <A, E, R>(use: (folder: string) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-run-"))),
    use,
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  )

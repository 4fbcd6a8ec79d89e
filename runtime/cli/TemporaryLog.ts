import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

/** Lends a file for what an engine's process says beside its answer; it is gone afterwards. */
export const inTemporaryLog = <A, E, R>(use: (log: string) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.acquireUseRelease(
    Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "ballast-engine-"))),
    (folder) => use(path.join(folder, "process.log")),
    (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
  )

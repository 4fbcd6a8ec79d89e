/**
 * An experiment whose file is to have another text: what it comes to then, while the file itself stays as it is.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Admission from "./Admission.ts"
import * as Bundle from "./Bundle.ts"
import * as Evaluate from "./Evaluate.ts"
import * as Refused from "./Refused.ts"

export interface Overlay {
  /** Evaluates the experiment with a text in the place of its file's. Fails with Refused. */
  readonly evaluate: (text: Uint8Array) => Effect.Effect<Evaluate.Evaluated, Refused.Refused>
}

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-overlay-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const copy = Effect.fnUntraced(function*(root: string, folder: string, file: string) {
  const contents = Admission.read(root, file)
  if ("refused" in contents) return yield* Refused.of(file, "import", contents.refused)
  fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true })
  fs.writeFileSync(path.join(folder, file), contents.bytes)
})

/** Copies what an experiment is made of into a folder of its own, which is removed with the scope. Fails with Refused. */
export const make = Effect.fn("Overlay.make")(function*({ file, root }: Bundle.Subject) {
  const real = fs.realpathSync.native(root)
  const closure = (yield* Bundle.closures(real, [file])).get(file)
  if (closure === undefined) return yield* Refused.of(file, "import", "it is not there")
  const files = yield* Effect.fromResult(closure)
  const folder = yield* temporaryFolder
  yield* Effect.forEach(files, ({ path: one }) => copy(real, folder, one))
  const overlay: Overlay = {
    evaluate: (text) =>
      Effect.suspend(() => {
        fs.writeFileSync(path.join(folder, file), text)
        return Evaluate.evaluate({ root: folder, file })
      })
  }
  return overlay
})

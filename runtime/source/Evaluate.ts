/**
 * Evaluating an experiment that nobody trusts: what its file says, as data, without its code getting hold of anything.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import type * as Experiment from "../../dsl/Experiment.ts"
import * as Bubblewrap from "./Bubblewrap.ts"
import * as Bundle from "./Bundle.ts"
import * as Confined from "./Confined.ts"
import * as EvaluatorAnswer from "./EvaluatorAnswer.ts"
import type { Bundled } from "./EvaluatorMain.ts"
import * as EvaluatorProgram from "./EvaluatorProgram.ts"
import type * as Refused from "./Refused.ts"

/**
 * What stands between an experiment's code and this host: QuickJS in WebAssembly, Node's permission model, and
 * bubblewrap's namespaces where the system has them.
 */
export type Wall = "quickjs" | "permission" | "bubblewrap"

export interface Evaluated {
  readonly name: string
  readonly definition: Experiment.Resolved
  /** What the experiment is made of besides Ballast and effect. */
  readonly files: ReadonlyArray<Bundle.BundledFile>
  readonly walls: ReadonlyArray<Wall>
}

const held: EvaluatorAnswer.Held = {
  milliseconds: 3_000,
  memoryBytes: 128 << 20,
  limits: {
    milliseconds: 30_000,
    seconds: 10,
    resultBytes: 4 << 20,
    printedBytes: 1 << 20,
    memoryBytes: 2 ** 31,
    writes: false
  }
}

const flags = (folder: string): ReadonlyArray<string> => [
  "--permission",
  `--allow-fs-read=${folder}`,
  "--no-addons",
  "--max-old-space-size=256",
  // Compiled once and quickly: a second compiler would start for what is over before it has ended.
  "--liftoff-only"
]

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-evaluate-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

const runEvaluator = Effect.fn("Evaluate.runEvaluator")(function*(code: string, wrapped: boolean) {
  const { empty, folder, main, shims } = yield* EvaluatorProgram.place(yield* temporaryFolder)
  const parameters = [...flags(folder), main]
  const program = wrapped
    ? {
      command: Bubblewrap.command,
      parameters: Bubblewrap.parameters([process.execPath, folder], [process.execPath, ...parameters])
    }
    : { command: process.execPath, parameters }
  const input: Bundled = { shims, code, milliseconds: held.milliseconds }
  return yield* Confined.run({ ...program, directory: empty, limits: held.limits }, JSON.stringify(input))
}, Effect.scoped)

const one = Effect.fn("Evaluate.evaluate")(function*(subject: Bundle.Subject) {
  const { code, files } = yield* Bundle.bundle(subject)
  const wrapped = yield* Bubblewrap.isAvailable
  const definition = yield* EvaluatorAnswer.read(subject, yield* runEvaluator(code, wrapped), held)
  const walls: ReadonlyArray<Wall> = ["quickjs", "permission", ...(wrapped ? ["bubblewrap"] as const : [])]
  return { name: definition.name, definition, files, walls } satisfies Evaluated
})

const atOnce = Semaphore.makeUnsafe(os.availableParallelism())

/**
 * Evaluates an experiment's file in a process that has nothing, and checks what comes of it once more outside. Fails
 * with Refused, in one line. However many are asked for, as many run at once as there are processors.
 */
export const evaluate = (subject: Bundle.Subject): Effect.Effect<Evaluated, Refused.Refused> =>
  Semaphore.withPermit(atOnce, one(subject))

/**
 * Evaluating an experiment that nobody trusts: what its file says, as data, without its code getting hold of anything.
 */
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Experiment from "../../dsl/Experiment.ts"
import * as Bubblewrap from "./Bubblewrap.ts"
import * as Bundle from "./Bundle.ts"
import * as Confined from "./Confined.ts"
import * as EvaluatorAnswer from "./EvaluatorAnswer.ts"
import type { Bundled } from "./EvaluatorMain.ts"
import * as EvaluatorProgram from "./EvaluatorProgram.ts"
import * as Walls from "./Walls.ts"

export interface Evaluated {
  readonly name: string
  readonly definition: Experiment.Resolved
  /** What the experiment is made of besides Ballast and effect. */
  readonly files: ReadonlyArray<Bundle.BundledFile>
  readonly walls: ReadonlyArray<Walls.Wall>
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

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.realpathSync.native(fs.mkdtempSync(path.join(os.tmpdir(), "ballast-evaluate-")))),
  (folder) => Effect.sync(() => fs.rmSync(folder, { recursive: true, force: true }))
)

/** No more folders than processes that run in them. */
const foldersAtOnce = Semaphore.makeUnsafe(os.availableParallelism())

const runEvaluator = Effect.fn("Evaluate.runEvaluator")(function*(code: string, bubblewrap: string | null) {
  const { empty, folder, main, shims } = yield* EvaluatorProgram.place(yield* temporaryFolder)
  const input: Bundled = { shims, code, milliseconds: held.milliseconds }
  const program = { ...Walls.around(folder, main, bubblewrap), directory: empty, limits: held.limits }
  return yield* Confined.run(program, JSON.stringify(input))
}, Effect.scoped, Semaphore.withPermit(foldersAtOnce))

/**
 * Evaluates an experiment's file in a process that has nothing, and checks what comes of it once more outside. Fails
 * with Refused, in one line.
 */
export const evaluate = Effect.fn("Evaluate.evaluate")(function*(subject: Bundle.Subject) {
  const { code, files } = yield* Bundle.bundle(subject)
  const bubblewrap = yield* Bubblewrap.command
  const definition = yield* EvaluatorAnswer.read(subject, yield* runEvaluator(code, bubblewrap), held)
  return { name: definition.name, definition, files, walls: Walls.names(bubblewrap) } satisfies Evaluated
})

/** Gives a definition that was evaluated the form that experiments are planned from. */
export const declared = ({ name, ...definition }: Experiment.Resolved): Experiment.Experiment =>
  Experiment.make(name, definition as Experiment.Definition)

/** Names the file of a policy; `project` is the folder of the checkout in which `experiments/` lies. */
export const policyFile = (project = ""): string => path.posix.join(project, "ballast.policy.ts")

/**
 * Evaluates the policy of a checkout as an experiment is evaluated; null where its file is not there. Fails with Refused, in
 * one line.
 */
export const policy = Effect.fn("Evaluate.policy")(function*({ project, root }: {
  readonly root: string
  readonly project?: string
}) {
  const subject: Bundle.Subject = { root, file: policyFile(project), exports: "policy" }
  // What is there and cannot be read is refused: a bound must not go by being broken.
  if (fs.lstatSync(path.join(root, subject.file), { throwIfNoEntry: false }) === undefined) return null
  const { code } = yield* Bundle.bundle(subject)
  return yield* EvaluatorAnswer.readPolicy(subject, yield* runEvaluator(code, yield* Bubblewrap.command), held)
})

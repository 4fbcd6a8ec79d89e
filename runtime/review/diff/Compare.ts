/**
 * Two revisions' experiments, evaluated as far as they differ, planned and compared.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Prepare from "../../run/Prepare.ts"
import * as Bundle from "../../source/Bundle.ts"
import * as Evaluate from "../../source/Evaluate.ts"
import * as ExperimentFiles from "../../source/ExperimentFiles.ts"
import * as Revision from "../../source/Revision.ts"
import * as Judgement from "../policy/Judgement.ts"
import * as PolicyFile from "../policy/PolicyFile.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import * as Besides from "./Besides.ts"
import type { Compared, Side } from "./DiffDocument.ts"
import * as ExperimentDiff from "./ExperimentDiff.ts"

/** Files that experiments are read from, on one side. */
interface Tree {
  readonly side: Side
  readonly root: string
  readonly experiments: ReadonlyArray<string>
  readonly leftOut: ReadonlyArray<Revision.LeftOut>
  /** Ids that tell contents apart, by path; null where files lie in a folder that nobody has committed. */
  readonly contents: ReadonlyMap<string, string> | null
}

export interface Options extends Pick<Prepare.Options, "home" | "locations"> {
  /** The repository, or a folder in it. */
  readonly folder: string
  readonly base: string
  /** Null for the files as they lie in the folder. */
  readonly head: string | null
  /** Evaluates also what cannot have changed. */
  readonly all: boolean
  readonly seconds: ArmDiff.Seconds
}

const treeOf = (ref: string, { commit, contents, experiments, leftOut, root }: Revision.Revision): Tree => ({
  side: { ref, commit },
  root,
  experiments,
  leftOut,
  contents
})

const bytesOf = (root: string, file: string): Buffer | null => {
  try {
    return fs.readFileSync(path.join(root, file))
  } catch {
    return null
  }
}

const sameBytes = (one: Tree, other: Tree, file: string): boolean => {
  const [left, right] = [bytesOf(one.root, file), bytesOf(other.root, file)]
  return left === null || right === null ? left === right : left.equals(right)
}

/** Lists the files that differ between two trees, as far as experiments could be made of them. */
const changedFiles = (base: Tree, head: Tree): ReadonlySet<string> => {
  const files = [...new Set([...(base.contents?.keys() ?? []), ...(head.contents?.keys() ?? []), ...head.experiments])]
  const [then, now] = [base.contents, head.contents]
  return new Set(
    then !== null && now !== null
      ? files.filter((file) => then.get(file) !== now.get(file))
      // What no experiment can be made of was not written.
      : files.filter((file) => (!base.contents?.has(file) || bytesOf(base.root, file) !== null) && !sameBytes(base, head, file))
  )
}

/** Lists the files of one experiment that changed, itself among them; `before` is undefined where it is new. */
const touching = (
  file: string,
  changed: ReadonlySet<string>,
  before: Bundle.Closure | undefined,
  after: Bundle.Closure | undefined
): ReadonlyArray<string> => {
  // What cannot be bundled is refused when it is evaluated.
  if (after === undefined || Result.isFailure(after)) return [file]
  const own = after.success.map(({ path }) => path).filter((one) => changed.has(one))
  if (own.length > 0) return own
  // What was no experiment where a link stood, or where it could not be written, is one now.
  if (before === undefined) return [file]
  if (Result.isSuccess(before) && JSON.stringify(before.success) === JSON.stringify(after.success)) return []
  // A link that leads elsewhere now, or a file that went, has it reach others, though none of them changed.
  const then = Result.isSuccess(before) ? before.success.map(({ path }) => path) : []
  return [file, ...after.success.map(({ path }) => path).filter((one) => one !== file && !then.includes(one))]
}

/** Finds, for each experiment, the files of its own that changed. */
const touchedFiles = Effect.fnUntraced(function*(base: Tree, head: Tree, changed: ReadonlySet<string>) {
  // A folder does not tell which of its links, and of the files that nobody has committed, are new.
  if (changed.size === 0 && head.contents !== null) return new Map<string, ReadonlyArray<string>>()
  const [before, after] = yield* Effect.all([base, head].map(({ experiments, root }) => Bundle.closures(root, experiments)), {
    concurrency: "unbounded"
  })
  return new Map(head.experiments.map((file) => [file, touching(file, changed, before?.get(file), after?.get(file))] as const))
})

const found = Effect.fn("Compare.found")(function*(tree: Tree, file: string, options: Options) {
  const evaluated = yield* Effect.result(Evaluate.evaluate({ root: tree.root, file }))
  if (evaluated._tag === "Failure") {
    const { message } = evaluated.failure
    const refused: ExperimentDiff.Refused = { kind: "refused", file, reason: message.replace(`${file}: `, "") }
    return refused
  }
  const { definition } = evaluated.success
  const { plan: { arms } } = yield* Effect.orDie(
    Prepare.prepare(Evaluate.declared(definition), { ...options, rehash: false, strange: true })
  )
  const planned: ExperimentDiff.Planned = { kind: "planned", file, definition, arms }
  return planned
})

/** Refuses what could be an experiment of the head and was not written, where it was not so in the base. */
const hidden = (base: Tree, head: Tree): ReadonlyArray<ExperimentDiff.Refused> =>
  head.leftOut
    .filter(({ content, hides, path, reason }) =>
      hides && !base.leftOut.some((one) => one.path === path && one.reason === reason && one.content === content))
    .map(({ path, reason }) => ({ kind: "refused", file: path, reason: `it ${reason}` }))

const unchanged = (file: string): ExperimentDiff.ExperimentDiff => ({
  experiment: file,
  file,
  from: null,
  status: "unchanged",
  reason: null,
  said: [],
  arms: [],
  through: []
})

const headOf = Effect.fnUntraced(function*({ folder, head }: Options, base: Revision.Revision) {
  if (head !== null) return treeOf(head, yield* Revision.materialise(folder, head))
  const root = path.resolve(folder, ...base.project.split("/").filter((part) => part !== "").map(() => ".."))
  const tree: Tree = {
    side: { ref: null, commit: null },
    root,
    experiments: ExperimentFiles.list(root, base.project),
    leftOut: [],
    contents: null
  }
  return tree
})

const judge = (file: string, policy: PolicyFile.Read, change: Judgement.Change): Compared["policy"] => {
  if (Result.isFailure(policy)) return { file, objections: Judgement.unread(policy.failure.message) }
  return policy.success === null ? null : { file, objections: Judgement.of(policy.success, change) }
}

/** What was compared, and the head's files, which lie there as long as the scope does. */
export interface Opened {
  readonly compared: Compared
  readonly head: {
    readonly root: string
    /** Where below `root` the folder lies that was asked about; empty at its top. */
    readonly project: string
    /** The files that the change touches, and the experiments that it reaches; some may be gone. */
    readonly changed: ReadonlySet<string>
    /** The experiments that the change reaches, as they were evaluated. */
    readonly experiments: ReadonlyArray<ExperimentDiff.Found>
  }
}

/** Compares two revisions' experiments, and lends the head's files. Fails with RevisionUnreadable. */
export const open = Effect.fn("Compare.open")(function*(options: Options) {
  const revision = yield* Revision.materialise(options.folder, options.base)
  const base = treeOf(options.base, revision)
  const head = yield* headOf(options, revision)
  const changed = changedFiles(base, head)
  const touched = yield* touchedFiles(base, head, changed)
  const touches = (file: string): boolean => (touched.get(file) ?? []).length > 0
  const isTouched = (file: string): boolean => options.all || touches(file)
  const there = new Set(head.experiments)
  const { project } = revision
  const [policy, policyAfter, before, read] = yield* Effect.all([
    PolicyFile.read({ ...base, project }),
    PolicyFile.read({ ...head, project }),
    Effect.forEach(base.experiments.filter((file) => !there.has(file) || isTouched(file)), (file) => found(base, file, options), {
      concurrency: "unbounded"
    }),
    Effect.forEach(head.experiments.filter(isTouched), (file) => found(head, file, options), { concurrency: "unbounded" })
  ], { concurrency: "unbounded" })
  const { seconds } = options
  const after = [...read, ...hidden(base, head)]
  const diffs = ExperimentDiff.all(before, after, { seconds, touched: (file) => touched.get(file) ?? [] })
  const compared: Compared = {
    base: base.side,
    head: head.side,
    besides: [...Besides.of(changed), ...Besides.ofPolicy(policy, policyAfter)],
    policy: judge(Evaluate.policyFile(project), policy, { before, after, diffs, seconds, touched: touches }),
    experiments: [...diffs, ...head.experiments.filter((file) => !isTouched(file)).map(unchanged)]
  }
  const opened: Opened = {
    compared,
    head: {
      root: head.root,
      project,
      changed: new Set([...changed, ...head.experiments.filter(touches)]),
      experiments: after.filter(({ file }) => touches(file))
    }
  }
  return opened
})

/** Compares two revisions' experiments. Fails with RevisionUnreadable. */
export const compare = (options: Options) => open(options).pipe(Effect.map(({ compared }) => compared), Effect.scoped)

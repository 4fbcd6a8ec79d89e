/**
 * What one arm of an experiment has trained over the commits of a branch, without running or trusting any of them.
 */
import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Recipe from "../../dsl/Recipe.ts"
import * as Canonical from "../plan/Canonical.ts"
import * as Prepare from "../run/Prepare.ts"
import * as Evaluate from "../source/Evaluate.ts"
import * as Revision from "../source/Revision.ts"

export interface Options extends Omit<Prepare.Options, "rehash"> {
  /** The repository, or a folder in it. */
  readonly folder: string
  readonly experiment: string
  readonly arm: string
}

/** What a commit has of the arm: its recipe and what that trains, or, with null, why there is none. */
export interface Found {
  readonly recipe: Recipe.Recipe | null
  readonly training: string | null
  readonly reason: string | null
}

/** A commit at which the training is another one than before; `unread` are those between that could not be read. */
export interface Candidate {
  readonly commit: string
  readonly recipe: Recipe.Recipe
  readonly training: string
  readonly unread: ReadonlyArray<string>
}

const none = (reason: string): Found => ({ recipe: null, training: null, reason })

/** An experiment mostly lies in a file of its name. */
const likelyFirst = (files: ReadonlyArray<string>, name: string): ReadonlyArray<string> => {
  const isLikely = (file: string): boolean => path.basename(file, ".ts") === name
  return [...files.filter(isLikely), ...files.filter((file) => !isLikely(file))]
}

const look = Effect.fnUntraced(function*({ experiments, root }: Revision.Revision, options: Options) {
  let refused: string | null = null
  for (const file of likelyFirst(experiments, options.experiment)) {
    const evaluated = yield* Effect.result(Evaluate.evaluate({ root, file }))
    if (evaluated._tag === "Failure") {
      refused ??= evaluated.failure.message
      continue
    }
    const { definition, name } = evaluated.success
    if (name !== options.experiment) continue
    const { plan } = yield* Effect.orDie(Prepare.prepare(Evaluate.declared(definition), { ...options, rehash: false }))
    const planned = plan.arms.find(({ arm }) => arm === options.arm)
    if (planned === undefined) return none(`${options.experiment} has no arm "${options.arm}"`)
    const { graph, identity: { training }, recipe } = planned
    if (graph === null || training === null) return none(`the plan of "${options.arm}" has errors, or lacks its data`)
    const found: Found = { recipe, training, reason: null }
    return found
  }
  return none(refused ?? `no file below experiments/ has an experiment ${options.experiment}`)
})

const contentOf = ({ contents, sources }: Revision.Revision): string =>
  Canonical.hash([...contents].filter(([file]) => sources.has(file)).toSorted(([left], [right]) => left < right ? -1 : 1))

/** Looks at commits in their order; those with the same sources are looked into once. Fails with RevisionUnreadable. */
export const read = Effect.fn("Revisions.read")(function*(commits: ReadonlyArray<string>, options: Options) {
  const known = new Map<string, Found>()
  return yield* Effect.forEach(commits, (commit) =>
    Effect.scoped(Effect.gen(function*() {
      const revision = yield* Revision.materialise(options.folder, commit)
      const content = contentOf(revision)
      const found = known.get(content) ?? (yield* look(revision, options))
      known.set(content, found)
      return { commit, ...found }
    })))
})

/** Picks the commits that change what is trained, the first among them. */
export const candidates = (found: ReadonlyArray<Found & { readonly commit: string }>): ReadonlyArray<Candidate> => {
  const picked: Array<Candidate> = []
  let unread: Array<string> = []
  for (const { commit, recipe, training } of found) {
    if (recipe === null || training === null) unread.push(commit)
    else {
      if (picked.at(-1)?.training !== training) picked.push({ commit, recipe, training, unread })
      unread = []
    }
  }
  return picked
}

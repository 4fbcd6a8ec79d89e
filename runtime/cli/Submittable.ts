/**
 * What is submitted, as data: an experiment by its file, or those that a pull request has run.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as path from "node:path"
import type * as Engines from "../engine/Engines.ts"
import type { Side } from "../review/diff/DiffDocument.ts"
import * as Prepare from "../run/Prepare.ts"
import type * as Submission from "../run/queue/Submission.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import * as RunExperiment from "../run/Run.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Launching from "./Launching.ts"

const { Argument } = CommandLine

// Comparing with a base takes longer to load than all the rest.
const pullRequest = Effect.promise(() => import("./PullRequest.ts"))

/** The argument and the flags that say what. */
export const flags = {
  file: CommandLine.file.pipe(Argument.optional, Argument.map(Option.getOrNull)),
  revision: Experiments.revision,
  base: CommandLine.optionalText("base", "the revision whose policy must have nothing against it"),
  "pull-request": CommandLine.given("pull-request", "submit what has Trigger.pullRequest and trains otherwise than in --base"),
  approved: CommandLine.given("approved", "what broadens was approved by somebody who may")
}

export interface Flags extends Experiments.Narrowing {
  readonly file: string | null
  readonly revision: string | null
  readonly base: string | null
  readonly "pull-request": boolean
  readonly approved: boolean
  readonly home: string | null
  readonly data: ReadonlyArray<string>
  readonly engine: Engines.Choice
  readonly strict: boolean
}

/** `change` names the two revisions whose experiments were chosen from; null for an experiment that was asked for. */
export interface Submittable {
  readonly submissions: ReadonlyArray<Submission.Submission>
  readonly change: { readonly base: Side; readonly head: Side } | null
}

/** Says what the plan has to say of it, and refuses what cannot run, as far as this host can tell. */
export const reviewed = Effect.fn("Submittable.reviewed")(function*(prepared: Prepare.Prepared, strict: boolean) {
  // A worker may have the data that this host has not.
  yield* RunExperiment.demandData(prepared).pipe(Effect.catchTag("DataMissing", ({ message }) => Launching.say(message)))
  if (prepared.plan.arms.every(({ recipe }) => Prepare.isOpen(prepared.sourceOf(recipe.data)))) {
    yield* Launching.judged(prepared.plan, strict)
  }
})

const submissionOf = Effect.fnUntraced(function*(
  prepared: Prepare.Prepared,
  flags: Flags,
  from: { readonly file: string | null; readonly commit: string | null }
) {
  const { arms, asked, seeds, steps } = yield* Experiments.narrowed(prepared, flags)
  yield* reviewed(asked, flags.strict)
  const request = { file: from.file, steps, engine: flags.engine, injection: null }
  return yield* Submitting.ofPrepared(asked, { arms, seeds, request, commit: from.commit })
})

const ofFile = Effect.fnUntraced(function*(file: string, flags: Flags) {
  const { base, revision } = flags
  const { prepared, source } = yield* Experiments.prepare({ ...flags, file })
  if (base !== null && revision !== null && source !== null) {
    const { demandAllowed } = yield* pullRequest
    yield* demandAllowed({ ...flags, base, revision }, prepared.experiment.name, source)
  }
  const from = source === null ? { file: path.resolve(file), commit: null } : { file: null, commit: source.commit }
  const submittable: Submittable = { submissions: [yield* submissionOf(prepared, flags, from)], change: null }
  return submittable
})

const ofPullRequest = Effect.fnUntraced(function*(asked: { readonly base: string; readonly revision: string }, flags: Flags) {
  const { choose } = yield* pullRequest
  const { base, chosen, head } = yield* choose({ ...flags, ...asked })
  const submissions = yield* Effect.forEach(chosen, (prepared) => submissionOf(prepared, flags, { file: null, commit: head.commit }))
  const submittable: Submittable = { submissions, change: { base, head } }
  return submittable
})

const wrong = (message: string) => Effect.fail(new WrongUsage({ message }))

/** Plans what is asked for, and makes data of it. */
export const of = Effect.fn("Submittable.of")(function*(flags: Flags) {
  const { approved, arm, base, file, "pull-request": isPullRequest, revision } = flags
  if (isPullRequest) {
    if (base === null || revision === null) return yield* wrong("--pull-request takes --base and --revision, which it compares")
    if (file !== null) return yield* wrong(`--pull-request chooses the experiments by itself: leave ${file} out`)
    if (arm.length > 0) return yield* wrong("--pull-request submits experiments as a whole: leave --arm out")
    return yield* ofPullRequest({ base, revision }, flags)
  }
  if (file === null) return yield* wrong("submit takes an experiment's file, or --pull-request")
  if (base !== null && revision === null) return yield* wrong("--base takes --revision, which is compared with it")
  if (approved && base === null) return yield* wrong("--approved takes --base, whose policy has something approved")
  return yield* ofFile(file, flags)
})

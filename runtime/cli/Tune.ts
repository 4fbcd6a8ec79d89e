import * as Effect from "effect/Effect"
import * as Near from "../../dsl/Near.ts"
import * as Line from "../report/Line.ts"
import * as Paragraph from "../report/Paragraph.ts"
import type { Tuned } from "../review/tune/Tune.ts"
import * as Evaluation from "../run/Evaluation.ts"
import * as Lookup from "../run/Lookup.ts"
import type { RunResult } from "../run/Result.ts"
import * as RunFolder from "../run/RunFolder.ts"
import * as Commit from "../source/Commit.ts"
import type { Advice } from "../train/Outcome.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

const { Command, Flag } = CommandLine

// The compiler's own parser takes longer to load than all the rest.
const load = Effect.promise(() =>
  Promise.all([
    import("../review/tune/Tune.ts"),
    import("../review/tune/Evidence.ts"),
    import("../review/tune/Patch.ts"),
    import("../review/lint/Fixes.ts")
  ])
)

/** Chooses a run's advice by its rules, all of it where none is named. Fails with WrongUsage. */
const chosen = (id: string, given: ReadonlyArray<Advice>, rules: ReadonlyArray<string>): Effect.Effect<ReadonlyArray<Advice>, WrongUsage> => {
  // A run that was made before advice carried its change has none.
  const advice = given.map((one) => ({ ...one, change: one.change ?? null }))
  const known = advice.map(({ rule }) => rule)
  const unknown = rules.find((rule) => !known.includes(rule))
  if (unknown === undefined) return Effect.succeed(rules.length === 0 ? advice : advice.filter(({ rule }) => rules.includes(rule)))
  const near = Near.nearest(unknown, known)
  const there = known.length === 0 ? "it has none" : near === null ? `there is ${known.join(", ")}` : `did you mean ${near}?`
  return Effect.fail(new WrongUsage({ message: `run ${id} has no advice of the rule ${unknown}; ${there}` }))
}

interface Told {
  readonly result: RunResult
  readonly experiment: string
  readonly file: string
  readonly tuned: Tuned | null
  readonly patch: string
}

const documentOf = ({ experiment, file, patch, result, tuned }: Told) => ({
  format: "ballast.tune/1",
  file,
  run: result.id,
  experiment,
  arm: result.arm,
  advice: tuned?.advice ?? [],
  remarks: tuned?.remarks ?? [],
  patch
})

const sentence = ({ result, tuned }: Told): string | null => {
  if (tuned === null) return `run ${result.id} has no advice`
  if (tuned.advice.length === 0) return `run ${result.id} has no advice that could be written`
  return tuned.change === null ? `${tuned.file} says so already` : null
}

/** `ballast tune`: a run's advice as a change of its experiment's source. */
export const tune = Command.make(
  "tune",
  {
    file: CommandLine.file,
    from: Flag.String("from").pipe(
      Flag.withMetavar("RUN"),
      Flag.withDescription("the run whose advice is taken: its id, a beginning of it, or \"last\"")
    ),
    rule: CommandLine.repeatedText("rule", "RULE", "take this advice alone, by its rule; may be repeated"),
    write: CommandLine.given("write", "write the change into the file, instead of printing it"),
    commit: CommandLine.given("commit", "write the change into the file and commit that alone, with what the run saw"),
    home: CommandLine.shared.home,
    queue: Records.queue,
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ commit, file, from, home: asked, json, queue, rule, write }) {
    const home = yield* Records.existing(asked, queue)
    const run = yield* Effect.provide(Lookup.find(from), Records.store({ home, queue }))
    const { result } = run
    if (result === null) {
      return yield* new WrongUsage({ message: `run ${run.id} has not ended: it has advice at its end` })
    }
    const advice = yield* chosen(run.id, result.advice, rule)
    const [Tune, Evidence, Patch, Fixes] = yield* load
    const recipe = yield* Evaluation.recipeOf(run.directory)
    const { arm, experiment, id } = run
    const tuned = advice.length === 0
      ? null
      : yield* Tune.tune(file, { id, experiment, arm, recipe, advice }, process.cwd())
    const change = tuned?.change ?? null
    const patch = tuned === null || change === null ? "" : Patch.of(tuned.file, change)
    if (tuned !== null && change !== null && commit) {
      const ballast = RunFolder.environment(run.directory)?.ballast ?? null
      yield* Commit.ready(change.path)
      yield* Fixes.write([change])
      yield* Commit.commit(change.path, Evidence.message(tuned.advice, { experiment, result, ballast })).pipe(
        // What is not committed is not left behind.
        Effect.tapError(() => Fixes.write([{ ...change, before: change.after, after: change.before }]))
      )
    } else if (change !== null && write) yield* Fixes.write([change])
    const told: Told = { result, experiment, file: tuned?.file ?? file, tuned, patch }
    const said = sentence(told)
    const written = commit ? "committed" : "written"
    yield* Output.complaint((tuned?.remarks ?? []).flatMap((remark) => Paragraph.of(remark, Output.columns(), { tone: "quiet" })))
    if (json) yield* Output.json(documentOf(told))
    else if (said !== null) yield* Output.lines([Line.of(said)])
    else if (write || commit) yield* Output.lines([Line.of(Line.span(told.file, "strong"), ` ${written}`)])
    else Output.text(patch)
  })
).pipe(Command.withDescription("Take a run's advice: edit its experiment's source, as a patch, in place, or as a commit"))

/**
 * What the commands that train have in common: they say what computes, watch, print what came of it, and end with its code.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Expect from "../../dsl/Expect.ts"
import * as Engines from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import * as Courses from "../report/Courses.ts"
import * as Findings from "../report/Findings.ts"
import * as Incidents from "../report/Incidents.ts"
import * as Line from "../report/Line.ts"
import * as Progress from "../report/Progress.ts"
import * as ResultText from "../report/ResultText.ts"
import * as Screen from "../report/Screen.ts"
import * as DrawingReporter from "../report/html/DrawingReporter.ts"
import * as FollowingReporter from "../report/tensorboard/FollowingReporter.ts"
import * as Expectations from "../run/Expectations.ts"
import type { Home } from "../run/Home.ts"
import { Reporter } from "../run/Reporter.ts"
import type { Result } from "../run/Result.ts"
import * as Stop from "../run/Stop.ts"
import { Store } from "../run/Store.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Signals from "./Signals.ts"

/** Says what the plan has to say of some arms, and refuses what cannot run. */
export const judged = Effect.fn("Launching.judged")(function*(plan: Plan.Plan, strict: boolean) {
  const { columns } = Screen.of(process.stderr, process.env)
  for (const { arm, findings } of plan.arms) {
    if (findings.length === 0) continue
    yield* Output.complaint([Line.of(Line.span(arm, "strong")), ...Findings.of(findings, columns)])
  }
  if (!Plan.isValid(plan)) {
    yield* Output.complaint([Line.of("nothing was run: an error keeps the plan from running")])
    return yield* new Ended({ code: code.no })
  }
  if (!Plan.isValid(plan, { strict })) {
    yield* Output.complaint([Line.of("nothing was run: --strict refuses warnings")])
    return yield* new Ended({ code: code.no })
  }
})

/** Says something beside the results. */
export const say = (text: string): Effect.Effect<void> => Output.complaint(text.split("\n").map((line) => Line.of(line)))

/** Chooses the engine and says which, and why; `why` is said of a name that nobody has typed. */
export const engineOf = Effect.fn("Launching.engineOf")(function*(choice: Engines.Choice, why: string | null = null) {
  const engine = yield* Engines.choose(choice, (name) =>
    Effect.runSync(say(`${name}: running its reference cases, once on this machine`)))
  yield* say(`engine ${why === null || choice === "auto" ? engine.reason : `${choice}: ${why}`}`)
  if (engine.warning !== null) yield* say(engine.warning)
  return engine
})

const listening = (progress: Progress.Progress, courses: Courses.Courses): Layer.Layer<Reporter> => {
  let experiment = ""
  return Layer.succeed(Reporter, {
    launched: (name, _launch, runs) => {
      experiment = name
      progress.launch(name, runs)
    },
    begins: (run, attempt) => progress.begins(run, attempt),
    event: (event, run) => {
      if (event.kind === "step") courses.add(event)
      progress.event(event, run)
    },
    decided: (run, attempt, decision) => progress.decided(run, attempt, decision),
    ended: (run) => Incidents.write(experiment, run)
  })
}

/** Finds the code that a launch ends with. */
export const codeOf = (result: Result, expected: ReadonlyArray<Expect.Expect>, stop: Stop.Stop): number => {
  if (stop.requested() !== null) return stop.requested() === "SIGTERM" ? code.terminated : code.interrupted
  if (result.runs.some((run) => run.status === "failed" && !Expectations.expectsFailure(expected, run))) return code.failed
  return result.verdict === "fails" ? code.no : code.done
}

export interface Options {
  readonly home: Home
  readonly json: boolean
  readonly expect: ReadonlyArray<Expect.Expect>
}

/** Runs a launch under watch, prints what came of it, and ends with its code. */
export const watched = Effect.fn("Launching.watched")(function*<E, R>(
  launch: (stop: Stop.Stop) => Effect.Effect<Result, E, R>,
  { expect, home, json }: Options
) {
  const stop = Stop.make()
  const progress = Progress.make(Output.standardError, process.env)
  const courses = new Courses.Courses()
  const result = yield* Effect.scoped(Effect.gen(function*() {
    yield* Signals.watch(stop, (signal) =>
      progress.say(Line.of(`${signal}: ending with a checkpoint; once more ends at once`)))
    return yield* launch(stop)
  })).pipe(
    Effect.provide([
      Store.layerSqlite(home.database),
      DrawingReporter.layer.pipe(Layer.provide(FollowingReporter.layer), Layer.provide(listening(progress, courses)))
    ]),
    Effect.ensuring(Effect.sync(() => progress.done()))
  )
  yield* json
    ? Output.json(result)
    : Output.lines(ResultText.of(result, courses, { columns: Output.columns(), cwd: process.cwd() }))
  const unfinished = result.runs.some(({ status }) => status === "interrupted")
  if (unfinished) yield* say(`to go on: npx ballast resume ${result.launch}`)
  const ended = codeOf(result, expect, stop)
  if (ended !== code.done) return yield* new Ended({ code: ended })
})

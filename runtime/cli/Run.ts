import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Engines from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import * as Findings from "../report/Findings.ts"
import * as Line from "../report/Line.ts"
import * as Progress from "../report/Progress.ts"
import * as ResultText from "../report/ResultText.ts"
import * as Screen from "../report/Screen.ts"
import * as Expectations from "../run/Expectations.ts"
import * as Home from "../run/Home.ts"
import * as HostDemand from "../run/HostDemand.ts"
import * as Launch from "../run/Launch.ts"
import type * as Prepare from "../run/Prepare.ts"
import { Reporter } from "../run/Reporter.ts"
import type { Result } from "../run/Result.ts"
import * as RunExperiment from "../run/Run.ts"
import * as Stop from "../run/Stop.ts"
import { Store } from "../run/Store.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Output from "./Output.ts"
import * as Signals from "./Signals.ts"

const { Flag } = CommandLine

/** Says what the plan has to say, and refuses what cannot run. */
const judged = Effect.fnUntraced(function*(prepared: Prepare.Prepared, strict: boolean) {
  yield* RunExperiment.demandData(prepared)
  const { columns } = Screen.of(process.stderr, process.env)
  for (const { arm, findings } of prepared.plan.arms) {
    if (findings.length === 0) continue
    yield* Output.complaint([Line.of(Line.span(arm, "strong")), ...Findings.of(findings, columns)])
  }
  if (!Plan.isValid(prepared.plan)) {
    yield* Output.complaint([Line.of("nothing was run: an error keeps the plan from running")])
    return yield* new Ended({ code: code.no })
  }
  if (!Plan.isValid(prepared.plan, { strict })) {
    yield* Output.complaint([Line.of("nothing was run: --strict refuses warnings")])
    return yield* new Ended({ code: code.no })
  }
})

/** Chooses the engine and says which, and why. */
const engineOf = Effect.fnUntraced(function*(choice: Engines.Choice) {
  const say = (text: string) => Output.complaint(text.split("\n").map((line) => Line.of(line)))
  const engine = yield* Engines.choose(choice, (name) =>
    Effect.runSync(say(`${name}: running its reference cases, once on this machine`)))
  yield* say(`engine ${engine.reason}`)
  if (engine.warning !== null) yield* say(engine.warning)
  return engine
})

const listening = (progress: Progress.Progress, curves: Map<string, Array<number>>): Layer.Layer<Reporter> =>
  Layer.succeed(Reporter, {
    launched: (experiment, _launch, runs) => progress.launch(experiment, runs),
    event: (event, run) => {
      if (event.kind === "step") {
        const losses = curves.get(run.id) ?? []
        losses.push(event.loss)
        curves.set(run.id, losses)
      }
      progress.event(event, run)
    },
    ended: () => undefined
  })

/** Finds the code that a launch ends with. */
const codeOf = (result: Result, expected: Parameters<typeof Expectations.expectsFailure>[0], stop: Stop.Stop): number => {
  if (stop.requested() !== null) return stop.requested() === "SIGTERM" ? code.terminated : code.interrupted
  // Somebody ended the training process by itself.
  if (result.runs.some(({ status }) => status === "interrupted")) return code.terminated
  if (result.runs.some((run) => run.status === "failed" && !Expectations.expectsFailure(expected, run))) return code.failed
  return result.verdict === "fails" ? code.no : code.done
}

/** `ballast run`: trains every arm at every seed and judges the expectations. */
export const run = CommandLine.Command.make(
  "run",
  {
    file: CommandLine.file,
    ...CommandLine.shared,
    arm: CommandLine.repeatedText("arm", "NAME", "run this arm alone; may be repeated"),
    seed: Flag.Int("seed").pipe(
      Flag.withDescription("run this seed instead of the experiment's; may be repeated"),
      Flag.atLeast(0)
    ),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what computes: the first engine that works, or one by name"),
      Flag.withDefault("auto")
    ),
    steps: Flag.Int("steps").pipe(
      Flag.withDescription("end every run after so many steps, its schedule unchanged"),
      Flag.optional,
      Flag.map(Option.getOrNull)
    ),
    strict: CommandLine.given("strict", "let warnings block, too")
  },
  Effect.fn(function*({ engine: choice, json, strict, ...flags }) {
    const { prepared, home } = yield* Experiments.prepare(flags)
    const arms = yield* Experiments.arms(prepared.plan.arms.map(({ arm }) => arm), flags.arm)
    const seeds = yield* Experiments.seeds(prepared.experiment.seeds, flags.seed)
    const steps = yield* Experiments.steps(flags.steps)
    const chosen = prepared.plan.arms.filter(({ arm }) => arms.includes(arm))
    yield* judged({ ...prepared, plan: { ...prepared.plan, arms: chosen } }, strict)
    const engine = yield* engineOf(choice)
    yield* HostDemand.check(chosen, engine.engine)
    yield* Home.open(home.directory)

    const stop = Stop.make()
    const progress = Progress.make(Output.standardError, process.env)
    const curves = new Map<string, Array<number>>()
    const result = yield* Effect.scoped(Effect.gen(function*() {
      yield* Signals.watch(stop, (signal) =>
        progress.say(Line.of(`${signal}: ending with a checkpoint; once more ends at once`)))
      return yield* Launch.run({ prepared, engine, home, arms, seeds, steps, stop })
    })).pipe(
      Effect.provide([Store.layerSqlite(home.database), listening(progress, curves)]),
      Effect.ensuring(Effect.sync(() => progress.done()))
    )
    yield* json
      ? Output.json(result)
      : Output.lines(ResultText.of(result, curves, { columns: Output.columns(), cwd: process.cwd() }))
    const ended = codeOf(result, prepared.experiment.expect, stop)
    if (ended !== code.done) return yield* new Ended({ code: ended })
  })
).pipe(CommandLine.Command.withDescription("Train every arm of an experiment and judge what it expects"))

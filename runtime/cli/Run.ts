import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as path from "node:path"
import * as Injection from "../../dsl/Injection.ts"
import * as Engines from "../engine/Engines.ts"
import * as Home from "../run/Home.ts"
import * as HostDemand from "../run/HostDemand.ts"
import * as InjectionDemand from "../run/InjectionDemand.ts"
import * as Launch from "../run/Launch.ts"
import * as Prepare from "../run/Prepare.ts"
import * as RunExperiment from "../run/Run.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Launching from "./Launching.ts"

const { Flag } = CommandLine

/** Reads what is to go wrong on purpose; null for nothing. Fails with WrongUsage. */
const injectionOf = (asked: string | null): Effect.Effect<Injection.Injection | null, WrongUsage> => {
  if (asked === null) return Effect.succeed(null)
  const parsed = Injection.parse(asked)
  return Result.isSuccess(parsed)
    ? Effect.succeed(parsed.success)
    : Effect.fail(new WrongUsage({ message: `--inject: ${parsed.failure}` }))
}

/** Demands that an injection is brought about in every arm. Fails with WrongUsage. */
const demandFit = (
  injection: Injection.Injection | null,
  { plan: { arms }, sourceOf }: Prepare.Prepared,
  steps: number | null
): Effect.Effect<void, WrongUsage> => {
  if (injection === null) return Effect.void
  for (const plan of arms) {
    const source = sourceOf(plan.recipe.data)
    const images = Prepare.isOpen(source) ? source.facts.images.train : 0
    const obstacle = InjectionDemand.obstacle(injection, { plan, images, steps })
    if (obstacle !== null) {
      return Effect.fail(
        new WrongUsage({ message: `--inject: ${Injection.text(injection)} would never come in arm "${plan.arm}": ${obstacle}` })
      )
    }
  }
  return Effect.void
}

/** `ballast run`: trains every arm at every seed and judges the expectations. */
export const run = CommandLine.Command.make(
  "run",
  {
    file: CommandLine.file,
    ...CommandLine.shared,
    ...Experiments.narrowing("run"),
    engine: Flag.Literals("engine", Engines.choices).pipe(
      Flag.withDescription("what computes: the first engine that works, or one by name"),
      Flag.withDefault("auto")
    ),
    inject: CommandLine.optionalText("inject", "bring a fault about in every run, such as nan@120"),
    revision: Experiments.revision,
    strict: CommandLine.given("strict", "let warnings block, too")
  },
  Effect.fn(function*({ engine: choice, inject, json, strict, ...flags }) {
    const injection = yield* injectionOf(inject)
    const { home, prepared, source } = yield* Experiments.prepare(flags)
    const { arms, asked, seeds, steps } = yield* Experiments.narrowed(prepared, flags)
    yield* RunExperiment.demandData(asked)
    yield* Launching.judged(asked.plan, strict)
    yield* demandFit(injection, asked, steps)
    const engine = yield* Launching.engineOf(choice)
    yield* HostDemand.check(asked.plan.arms, engine.engine)
    yield* Home.open(home.directory)
    const { expect } = prepared.experiment
    const file = source === null ? path.resolve(flags.file) : null
    const request = { file, steps, engine: choice, injection: inject, expect }
    yield* Launching.watched(
      (stop) => Launch.run({ prepared, engine, home, arms, seeds, steps, injection, request, commit: source?.commit ?? null, stop }),
      { home, json, expect }
    )
  })
).pipe(CommandLine.Command.withDescription("Train every arm of an experiment and judge what it expects"))

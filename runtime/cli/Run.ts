import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as path from "node:path"
import * as Injection from "../../dsl/Injection.ts"
import * as Near from "../../dsl/Near.ts"
import * as Engines from "../engine/Engines.ts"
import type * as Plan from "../plan/Plan.ts"
import * as Home from "../run/Home.ts"
import * as HostDemand from "../run/HostDemand.ts"
import * as Launch from "../run/Launch.ts"
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

/** Demands that every arm's network has the node that an injection names. Fails with WrongUsage. */
const demandNode = (injection: Injection.Injection | null, arms: ReadonlyArray<Plan.Arm>): Effect.Effect<void, WrongUsage> => {
  const node = injection !== null && "node" in injection ? injection.node : null
  const without = node === null
    ? undefined
    : arms.find(({ graph }) => graph !== null && graph.nodes.every(({ id }) => id !== node))
  if (node === null || without === undefined) return Effect.void
  const known = without.graph?.nodes.map(({ id }) => id) ?? []
  const near = Near.nearest(node, known)
  const hint = near === null ? `npx ballast plan FILE lists them, such as "${known[0]}"` : `did you mean "${near}"?`
  return Effect.fail(
    new WrongUsage({ message: `--inject: the network of arm "${without.arm}" has no node "${node}"; ${hint}` })
  )
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
    inject: CommandLine.optionalText("inject", "bring a fault about in every run, such as nan@120"),
    strict: CommandLine.given("strict", "let warnings block, too")
  },
  Effect.fn(function*({ engine: choice, inject, json, strict, ...flags }) {
    const injection = yield* injectionOf(inject)
    const { prepared, home } = yield* Experiments.prepare(flags)
    const arms = yield* Experiments.arms(prepared.plan.arms.map(({ arm }) => arm), flags.arm)
    const seeds = yield* Experiments.seeds(prepared.experiment.seeds, flags.seed)
    const steps = yield* Experiments.steps(flags.steps)
    const chosen = prepared.plan.arms.filter(({ arm }) => arms.includes(arm))
    yield* RunExperiment.demandData({ ...prepared, plan: { ...prepared.plan, arms: chosen } })
    yield* Launching.judged({ ...prepared.plan, arms: chosen }, strict)
    yield* demandNode(injection, chosen)
    const engine = yield* Launching.engineOf(choice)
    yield* HostDemand.check(chosen, engine.engine)
    yield* Home.open(home.directory)
    const request = { file: path.resolve(flags.file), steps, engine: choice, injection: inject, expect: prepared.experiment.expect }
    yield* Launching.watched(
      (stop) => Launch.run({ prepared, engine, home, arms, seeds, steps, injection, request, stop }),
      { home, json, expect: prepared.experiment.expect }
    )
  })
).pipe(CommandLine.Command.withDescription("Train every arm of an experiment and judge what it expects"))

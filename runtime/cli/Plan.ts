import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Plan from "../plan/Plan.ts"
import * as PlanJson from "../plan/PlanJson.ts"
import * as PlanText from "../report/PlanText.ts"
import * as ScheduleText from "../report/ScheduleText.ts"
import * as CommandLine from "./CommandLine.ts"
import { code, Ended } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Output from "./Output.ts"

const strict = CommandLine.given("strict", "let warnings block, too")

/** `ballast plan`: resolves every arm and prints graph, stages, schedule, identities and findings. */
export const plan = CommandLine.Command.make(
  "plan",
  { file: CommandLine.file, ...CommandLine.shared, strict },
  Effect.fn(function*({ json, strict, ...flags }) {
    const { prepared: { experiment, plan } } = yield* Experiments.prepare(flags)
    const about = { ...experiment, now: yield* Clock.currentTimeMillis }
    yield* json
      ? Output.json(PlanJson.plan(plan))
      : Output.lines(PlanText.of(plan, { about, columns: Output.columns(), strict }))
    if (!Plan.isValid(plan, { strict })) return yield* new Ended({ code: code.no })
  })
).pipe(CommandLine.Command.withDescription("Resolve an experiment into training graphs, without running anything"))

/** `ballast schedule`: prints learning rate, bias learning rate and momentum by step. */
export const schedule = CommandLine.Command.make(
  "schedule",
  { file: CommandLine.file, ...CommandLine.shared },
  Effect.fn(function*({ json, ...flags }) {
    const { prepared: { plan } } = yield* Experiments.prepare(flags)
    yield* json ? Output.json(PlanJson.schedule(plan)) : Output.lines(ScheduleText.of(plan, Output.columns()))
  })
).pipe(CommandLine.Command.withDescription("Print learning rate and momentum step by step"))

import * as Effect from "effect/Effect"
import * as path from "node:path"
import type * as Trigger from "../../dsl/Trigger.ts"
import * as Line from "../report/Line.ts"
import * as TriggersText from "../report/TriggersText.ts"
import * as Home from "../run/Home.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Submitting from "../run/queue/Submitting.ts"
import * as Times from "../run/trigger/Times.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Experiments from "./Experiments.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"
import * as Submittable from "./Submittable.ts"

const { Argument, Command } = CommandLine

const isTimed = (trigger: Trigger.Trigger): trigger is Trigger.AtTimes => trigger._tag === "AtTimes"

const told = Effect.fn("Triggers.told")(function*(json: boolean) {
  const queue = yield* Queue
  const triggers = yield* queue.triggers
  const now = yield* queue.now
  yield* json
    ? Output.json({
      format: "ballast.triggers/1",
      triggers: triggers.map((trigger) => ({ ...trigger, times: Times.describe(trigger.fires, now) }))
    })
    : Output.lines(TriggersText.of(triggers, Output.columns()))
})

const add = Command.make(
  "add",
  { file: CommandLine.file, ...CommandLine.shared, queue: Records.queue },
  Effect.fn(function*({ json, queue: asked, ...flags }) {
    const { home, prepared } = yield* Experiments.prepare(flags)
    const { experiment, plan } = prepared
    const triggers = (experiment.triggers ?? []).filter(isTimed)
    if (triggers.length === 0) {
      return yield* new WrongUsage({
        message: `${experiment.name} declares no times: triggers: [Trigger.cron("0 3 * * *", { timeZone: "Europe/Berlin" })] would`
      })
    }
    yield* Submittable.reviewed(prepared, false)
    yield* Home.open(home.directory, { shared: asked !== null })
    const submission = yield* Submitting.ofPrepared(prepared, {
      arms: plan.arms.map(({ arm }) => arm),
      seeds: experiment.seeds,
      request: { file: path.resolve(flags.file), steps: null, engine: "auto", injection: null },
      commit: null
    })
    yield* Effect.gen(function*() {
      const queue = yield* Queue
      yield* queue.addTriggers(submission, triggers)
      yield* told(json)
    }).pipe(Effect.provide(Records.layer({ home, queue: asked })))
  })
).pipe(Command.withDescription("Have workers launch an experiment at the times that it declares, as it is now"))

const list = Command.make(
  "list",
  { home: CommandLine.shared.home, queue: Records.queue, json: CommandLine.shared.json },
  Effect.fn(function*({ home: asked, json, queue }) {
    const home = yield* Records.existing(asked, queue)
    yield* told(json).pipe(Effect.provide(Records.layer({ home, queue })))
  })
).pipe(Command.withDescription("List what workers launch by themselves, with the last and next times"))

const remove = Command.make(
  "remove",
  {
    experiment: Argument.String("experiment").pipe(Argument.withDescription("the experiment's name")),
    home: CommandLine.shared.home,
    queue: Records.queue
  },
  Effect.fn(function*({ experiment, home: asked, queue }) {
    const home = yield* Records.existing(asked, queue)
    yield* Effect.gen(function*() {
      const queue = yield* Queue
      if (!(yield* queue.removeTriggers(experiment))) {
        return yield* new WrongUsage({ message: `"${experiment}" is launched by no trigger here: npx ballast triggers list shows what is` })
      }
      yield* Output.lines([Line.of(`${experiment} is launched by no trigger any more; what they have launched goes on`)])
    }).pipe(Effect.provide(Records.layer({ home, queue })))
  })
).pipe(Command.withDescription("Have an experiment be launched by people alone again"))

/** `ballast triggers`: what workers launch by themselves. */
export const triggers = Command.make("triggers").pipe(
  Command.withDescription("Have experiments be launched at the times that they declare"),
  Command.withSubcommands([add, list, remove])
)

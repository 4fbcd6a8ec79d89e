import * as Effect from "effect/Effect"
import * as os from "node:os"
import * as path from "node:path"
import * as Subprocess from "../engine/Subprocess.ts"
import * as Acceptance from "../nightly/Acceptance.ts"
import * as AcceptanceText from "../nightly/AcceptanceText.ts"
import * as Baseline from "../nightly/Baseline.ts"
import * as BaselineFile from "../nightly/BaselineFile.ts"
import * as Lookup from "../run/Lookup.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"
import * as Output from "./Output.ts"
import * as Records from "./Records.ts"

const { Argument, Command, Flag } = CommandLine

/** So many of a baseline's seeds run again in a night. */
export const usualSeeds = 5

/** The flag that names the folder of baselines. */
export const baselinesFlag = CommandLine.optionalText("baselines", "the folder of the baselines (default: baselines)")

/** Names the folder of baselines: the one that is asked for, else that of the project in which the command is run. */
export const baselinesOf = (asked: string | null): string =>
  asked === null ? BaselineFile.folderOf(process.cwd()) : path.resolve(asked)

/** A person's name as git knows it, else the one that the machine does. */
const nameOf = Subprocess.run("git", ["config", "user.name"]).pipe(
  Effect.map((name) => name.trim()),
  Effect.catch(() => Effect.succeed("")),
  Effect.map((name) => name === "" ? os.userInfo().username : name)
)

/** `ballast nightly accept`: makes recorded runs the baseline of nights to come. */
export const accept = Command.make(
  "accept",
  {
    runs: Argument.String("run").pipe(
      Argument.withDescription("launches and runs whose figures are to be the baseline"),
      Argument.atLeast(1)
    ),
    reason: Flag.String("reason").pipe(Flag.withDescription("why these figures are right, for whoever reviews them")),
    by: CommandLine.optionalText("by", "who says so (default: git's user.name)"),
    arm: CommandLine.repeatedText("arm", "NAME", "take the runs of this arm alone; may be repeated"),
    home: CommandLine.shared.home,
    queue: Records.queue,
    baselines: baselinesFlag,
    json: CommandLine.shared.json
  },
  Effect.fn(function*({ arm: arms, baselines: folder, by, home: asked, json, queue, reason, runs }) {
    if (reason.trim() === "") return yield* new WrongUsage({ message: "--reason says nothing: write why these figures are right" })
    const home = yield* Records.existing(asked, queue)
    const found = yield* Effect.forEach(runs, (run) => Lookup.launch(run)).pipe(
      Effect.provide(Records.store({ home, queue }))
    )
    const named = found.flatMap(({ asked, launch: { request: { expect, injection } } }) =>
      asked.filter(({ arm }) => arms.length === 0 || arms.includes(arm)).map((run) => ({ run, expect, injection }))
    )
    const once = [...new Map(named.map((one) => [one.run.id, one])).values()]
    if (once.length === 0) return yield* new WrongUsage({ message: `no run of these is of ${arms.map((arm) => `"${arm}"`).join(", ")}` })
    const made = yield* Acceptance.make(once, {
      by: by ?? (yield* nameOf),
      reason: reason.trim(),
      at: new Date().toISOString()
    })
    const before = yield* Effect.forEach(made, ({ experiment }) => BaselineFile.read(baselinesOf(folder), experiment))
    const accepted = yield* Effect.forEach(made, Effect.fnUntraced(function*({ baselines }, place) {
      const document = before[place] as Baseline.Document
      const file = yield* BaselineFile.write(baselinesOf(folder), Baseline.replaced(document, baselines))
      return AcceptanceText.accepted(document, baselines, file)
    }))
    yield* json
      ? Output.json({ format: "ballast.accepted/1", baselines: accepted.flat() })
      : Output.lines(AcceptanceText.of(accepted.flat(), { seeds: usualSeeds, columns: Output.columns(), cwd: process.cwd() }))
  })
).pipe(Command.withDescription("Make recorded runs the baseline that nights are held against"))

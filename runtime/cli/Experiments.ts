/**
 * What every command with an experiment's file begins with.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Near from "../../dsl/Near.ts"
import * as Locations from "../data/Locations.ts"
import * as Home from "../run/Home.ts"
import * as Prepare from "../run/Prepare.ts"
import * as Load from "../source/Load.ts"
import * as CommandLine from "./CommandLine.ts"
import { WrongUsage } from "./ExitCode.ts"

const { Flag } = CommandLine

export interface Flags {
  readonly file: string
  readonly home: string | null
  readonly data: ReadonlyArray<string>
  /** The revision that the file is read from; null or left out for the file as it lies here. */
  readonly revision?: string | null
}

// It takes longer to load than a file that is trusted takes to run.
const revised = Effect.promise(() => import("../source/Revised.ts"))

const declaredIn = Effect.fnUntraced(function*({ file, revision = null }: Flags) {
  if (revision === null) return { declared: yield* Load.load(file), source: null }
  const { experiment, ...source } = yield* (yield* revised).read({ file, folder: process.cwd(), revision })
  return { declared: experiment, source }
})

/** The flag that has a file be read from a revision. */
export const revision = CommandLine.optionalText(
  "revision",
  "read the file from this revision, and run nothing of it but its recipes"
)

/**
 * Loads the file, finds its data and plans every arm; what comes from a revision is evaluated instead, and `source` then
 * names its commit and its file there.
 */
export const prepare = Effect.fn("Experiments.prepare")(
  function*(flags: Flags, options: { readonly rehash: boolean } = { rehash: false }) {
    const home = Home.at(Home.directoryOf(flags.home))
    const { declared, source } = yield* declaredIn(flags)
    const locations = yield* Locations.read(home.directory, flags.data)
    const prepared = yield* Prepare.prepare(declared, { locations, home, rehash: options.rehash })
    return { home, prepared, source }
  }
)

/** Chooses arms by name, all where none is named, in the experiment's order. Fails with WrongUsage. */
export const arms = (
  known: ReadonlyArray<string>,
  asked: ReadonlyArray<string>
): Effect.Effect<ReadonlyArray<string>, WrongUsage> => {
  const unknown = asked.find((name) => !known.includes(name))
  if (unknown === undefined) {
    return Effect.succeed(asked.length === 0 ? known : known.filter((name) => asked.includes(name)))
  }
  const near = Near.nearest(unknown, known)
  const there = known.map((name) => `"${name}"`).join(", ")
  return Effect.fail(
    new WrongUsage({
      message: `there is no arm "${unknown}"; ${near === null ? `there are ${there}` : `did you mean "${near}"?`}`
    })
  )
}

/** Chooses the experiment's seeds, or those that are named instead. Fails with WrongUsage. */
const seeds = (
  declared: ReadonlyArray<number>,
  asked: ReadonlyArray<number>
): Effect.Effect<ReadonlyArray<number>, WrongUsage> => {
  const wrong = asked.find((seed) => seed < 0)
  return wrong === undefined
    ? Effect.succeed(asked.length === 0 ? declared : [...new Set(asked)])
    : Effect.fail(new WrongUsage({ message: `--seed takes a whole number of at least 0, got ${wrong}` }))
}

/** Reads how many steps to end after; null for all of them. Fails with WrongUsage. */
const steps = (asked: number | null): Effect.Effect<number | null, WrongUsage> =>
  asked !== null && asked < 1
    ? Effect.fail(new WrongUsage({ message: `--steps takes a whole number of at least 1, got ${asked}` }))
    : Effect.succeed(asked)

/** The flags that narrow an experiment, for a command that is to do `verb`. */
export const narrowing = (verb: "run" | "submit") => ({
  arm: CommandLine.repeatedText("arm", "NAME", `${verb} this arm alone; may be repeated`),
  seed: Flag.Int("seed").pipe(
    Flag.withDescription(`${verb} this seed instead of the experiment's; may be repeated`),
    Flag.atLeast(0)
  ),
  steps: Flag.Int("steps").pipe(
    Flag.withDescription("end every run after so many steps, its schedule unchanged"),
    Flag.optional,
    Flag.map(Option.getOrNull)
  )
})

export interface Narrowing {
  readonly arm: ReadonlyArray<string>
  readonly seed: ReadonlyArray<number>
  readonly steps: number | null
}

/** Narrows a planned experiment to what is asked for. Fails with WrongUsage. */
export const narrowed = Effect.fn("Experiments.narrowed")(function*(prepared: Prepare.Prepared, flags: Narrowing) {
  const { experiment, plan } = prepared
  const chosen = yield* arms(plan.arms.map(({ arm }) => arm), flags.arm)
  return {
    arms: chosen,
    seeds: yield* seeds(experiment.seeds, flags.seed),
    steps: yield* steps(flags.steps),
    asked: { ...prepared, plan: { ...plan, arms: plan.arms.filter(({ arm }) => chosen.includes(arm)) } }
  }
})

/**
 * A run that a worker has taken: found again on this host as it was submitted, and brought as far as it goes.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Experiment from "../../../dsl/Experiment.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import type { Locations } from "../../data/Locations.ts"
import * as Engines from "../../engine/Engines.ts"
import * as Environment from "../Environment.ts"
import type { Home } from "../Home.ts"
import * as HostDemand from "../HostDemand.ts"
import * as Launch from "../Launch.ts"
import * as Prepare from "../Prepare.ts"
import type { Claim } from "../queue/Claim.ts"
import * as RunFolder from "../RunFolder.ts"
import * as Standing from "../Standing.ts"
import type { Stop } from "../Stop.ts"

/** This host cannot make a run as it was submitted; `message` says why, as the end of "this worker gave it back:". */
export class RunUnfit extends Schema.TaggedError<RunUnfit>()("RunUnfit", { message: Schema.String }) {}

export interface Host {
  readonly home: Home
  readonly locations: Locations
}

const unfit = (message: string) => new RunUnfit({ message })

/** Plans the arm anew, on the data that lies here. */
const prepared = Effect.fnUntraced(function*({ work: { arm, declared, experiment, seed } }: Claim, { home, locations }: Host) {
  const recipe = Recipe.decode(declared.recipe)
  if (Result.isFailure(recipe)) {
    return yield* unfit(`its recipe is of another version: ${recipe.failure.map(({ path }) => path).join(", ")}`)
  }
  const declaredAgain = Experiment.make(experiment, {
    question: "What was submitted?",
    arms: { [arm]: recipe.success },
    seeds: [seed],
    expect: []
  })
  return yield* Prepare.prepare(declaredAgain, { locations, home, rehash: false }).pipe(
    Effect.mapError(({ message }) => unfit(`its recipe is of another version: ${message}`))
  )
})

/** Demands that what this host comes to is what was reviewed and submitted. */
const demandSame = Effect.fnUntraced(function*({ work: { declared } }: Claim, { plan, sourceOf, startOf }: Prepare.Prepared) {
  const [arm] = plan.arms
  if (arm === undefined) return yield* Effect.die(new Error("an arm was planned to none"))
  const source = sourceOf(arm.recipe.data)
  if (!Prepare.isOpen(source)) return yield* unfit(source.message)
  const start = startOf(arm.recipe.model)
  if (start !== null && "missing" in start) return yield* unfit(start.missing)
  const [then, now] = [declared.identity, arm.identity]
  if (then.data !== null && then.data !== now.data) {
    const place = source.directory === null ? "" : ` in ${source.directory}`
    return yield* unfit(
      `the data${place} is not what it was submitted with: its fingerprint is ${now.data?.slice(0, shown)}, and not ${then.data.slice(0, shown)}`
    )
  }
  if (then.training !== null && then.data !== null && then.training !== now.training) {
    return yield* unfit(
      `it comes to another training here (${now.training?.slice(0, shown)}, and not ${then.training.slice(0, shown)}): `
        + "the weights that it starts from are others, or this is another build of Ballast"
    )
  }
  return arm
})

/** As many digits tell two identities apart. */
const shown = 12

/** Names what a run may be recorded by where it ended, and its worker before it could say so. */
const ended = ({ work: { directory } }: Claim): Launch.Made | null => {
  const result = RunFolder.result(directory)
  return result === null || result.status === "interrupted"
    ? null
    : { result, token: RunFolder.acceptance(directory)?.token ?? null }
}

/**
 * Makes attempts at a run until it has ended, or somebody wishes to stop. Fails with RunUnfit where this host cannot make
 * it as it was submitted, and as `Launch.make` does.
 */
export const make = Effect.fn("Claimed.make")(function*(claim: Claim, host: Host, stop: Stop) {
  const before = ended(claim)
  if (before !== null) return before
  const { holder, run, work } = claim
  const ready = yield* prepared(claim, host)
  const arm = yield* demandSame(claim, ready)
  const engine = yield* Engines.choose(Standing.engineOf(work) ?? work.request.engine).pipe(
    Effect.mapError(({ message }) => unfit(message))
  )
  if (engine.warning !== null) yield* Effect.logWarning(engine.warning)
  yield* HostDemand.check([arm], engine.engine).pipe(Effect.mapError(({ message }) => unfit(message)))
  const job = Standing.jobOf({ ...work, id: run }, { ...work, prepared: ready, engine, holder })
  const environment = { ...yield* Environment.gather, commit: work.request.origin.commit, dirty: work.request.origin.dirty }
  const entry = { kind: "unfinished", job, course: Standing.courseOf(job, work.attempt) } as const
  return yield* Launch.make(entry, { environment, stop })
})

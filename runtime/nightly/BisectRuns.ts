/**
 * Measuring recipes of other commits on this Ballast: their data travels to the queue, and none of their code.
 */
import * as Effect from "effect/Effect"
import * as Experiment from "../../dsl/Experiment.ts"
import type * as Recipe from "../../dsl/Recipe.ts"
import type { Choice } from "../engine/Engines.ts"
import * as Plan from "../plan/Plan.ts"
import { newLaunchId } from "../run/LaunchId.ts"
import * as Prepare from "../run/Prepare.ts"
import { Queue } from "../run/queue/Queue.ts"
import * as Bisect from "./Bisect.ts"
import * as Measured from "./Measured.ts"
import * as NightRuns from "./NightRuns.ts"

export interface Options<E, R> extends NightRuns.Finishing<E, R>, Omit<Prepare.Options, "rehash"> {
  readonly experiment: string
  readonly arm: string
  readonly seeds: ReadonlyArray<number>
  readonly engine: Choice
  /** So many runs may be made. */
  readonly budget: number
}

/** Its launches are none of the experiment's own, which would not be due any more. */
const preparedOf = <E, R>(recipe: Recipe.Recipe, { arm, experiment, home, locations, seeds }: Options<E, R>) =>
  Effect.orDie(Prepare.prepare(
    Experiment.make(`${experiment}-bisect`, {
      question: `Which change of ${experiment} made it worse?`,
      arms: { [arm]: recipe },
      seeds: [...seeds],
      expect: []
    }),
    { home, locations, rehash: false }
  ))

/** Names what a recipe trains; null where it cannot be planned without an error. */
export const trainingOf = <E, R>(recipe: Recipe.Recipe, options: Options<E, R>): Effect.Effect<string | null> =>
  Effect.map(preparedOf(recipe, options), ({ plan }) => Plan.isValid(plan) ? plan.arms[0]?.identity.training ?? null : null)

const withdraw = Effect.fnUntraced(function*(launch: string) {
  const queue = yield* Queue
  for (const { id, result } of yield* NightRuns.of([launch])) {
    if (result === null) yield* queue.cancel(id, "the bisection was interrupted")
  }
})

/** Makes a way to measure that counts its runs; those that it has not made at the end are withdrawn. */
export const measuring = <E, R>(options: Options<E, R>) => {
  let spent = 0
  const measure = Effect.fnUntraced(function*({ commit, mixed, recipe }: Bisect.Subject) {
    const { arm, budget, engine, say, seeds, stop } = options
    if (stop.requested() !== null) return yield* new Bisect.Halted({ message: "it was interrupted" })
    if (spent + seeds.length > budget) {
      return yield* new Bisect.Halted({ message: `${spent} of ${budget} runs are spent, and ${seeds.length} more are needed (--runs)` })
    }
    spent += seeds.length
    yield* say(`${commit.slice(0, 12)}${mixed.length === 0 ? "" : ` with ${mixed.join(", ")} of the commit after`}: ${seeds.length} runs`)
    const prepared = yield* preparedOf(recipe, options)
    const launch = newLaunchId(Date.now())
    yield* NightRuns.submit(prepared, [{ arm, seeds }], { file: null, engine, commit, launch })
    const runs = yield* NightRuns.finish([launch], options)
    if (runs.some(({ result }) => result === null)) {
      yield* withdraw(launch)
      return yield* new Bisect.Halted({
        message: stop.requested() === null ? "no worker can take its runs: npx ballast runs list shows what they need" : "it was interrupted"
      })
    }
    const read = runs.map(Measured.read)
    const [refused] = read.flatMap((one) => Measured.isMeasured(one) ? [] : [one.reason])
    if (refused !== undefined) return yield* new Bisect.Halted({ message: `a run of ${commit.slice(0, 12)} measures nothing: ${refused}` })
    return read.filter(Measured.isMeasured).map(({ sample }) => sample)
  })
  return { measure, spent: () => spent }
}

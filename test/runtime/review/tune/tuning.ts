/**
 * Tuning sources in folders of their own.
 */
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { Clip } from "../../../../dsl/index.ts"
import * as Tune from "../../../../runtime/review/tune/Tune.ts"
import * as Evaluate from "../../../../runtime/source/Evaluate.ts"
import type { RecipeChange } from "../../../../runtime/train/Outcome.ts"
import { inTemporaryFolder } from "../../run/temporary.ts"
import * as checkouts from "../../source/checkouts.ts"
import type { Source } from "./sources.ts"

const file = "experiments/tuned.ts"

/** What is advised where nothing else is. */
export const change: RecipeChange = { clip: Clip.globalNorm(5) }

/** What is tuned, and what there is to say of its run that the source does not say. */
export interface Options extends Pick<Source, "arm" | "change" | "files"> {
  readonly text: string
  readonly run?: Partial<Tune.Advised>
}

/** Tunes a source by advice for a run that was made of it, and makes sure that the file stays as it is. */
export const tune = ({ arm = "calm", files, run, text, ...options }: Options) =>
  inTemporaryFolder((folder) => Effect.gen(function*() {
    checkouts.write(folder, { ...files, [file]: text, "package.json": "{}" })
    const advice = [{ rule: "a/rule", message: "why", change: options.change ?? change }]
    const recipe = run?.recipe ?? (yield* Evaluate.evaluate({ root: folder, file })).definition.arms[arm]
    if (recipe === undefined) throw new Error(`there is no arm ${arm}`)
    const tuned = yield* Effect.result(Tune.tune(file, { id: "r1", experiment: "tuned", arm, recipe, advice, ...run }, folder))
    if (fs.readFileSync(path.join(folder, file), "utf8") !== text) throw new Error("the file has changed")
    return tuned
  }))

/** Tunes a source and returns what it is to be, or why it cannot be edited. */
export const textOf = (options: Options) =>
  Effect.map(tune(options), (tuned) => tuned._tag === "Failure" ? tuned.failure.message : tuned.success.change?.after.text ?? null)

/**
 * The recipe that a run goes on with where remedies have changed the one that is declared.
 */
import * as Result from "effect/Result"
import * as fs from "node:fs"
import * as Recipe from "../../dsl/Recipe.ts"
import * as Literal from "../plan/notation/Literal.ts"
import type { AttemptRecord } from "./AttemptRecord.ts"
import * as RunFolder from "./RunFolder.ts"

const read = (file: string): Recipe.Recipe => {
  const decoded = Recipe.decode(JSON.parse(fs.readFileSync(file, "utf8")))
  if (Result.isFailure(decoded)) throw new Error(`${file} is of another version of Ballast`)
  return decoded.success
}

type Field = keyof Recipe.Recipe

/** A field's value as a remedy left it, and as it was declared then. */
interface Changed {
  readonly declared: unknown
  readonly value: unknown
}

const changesOf = (directory: string, past: ReadonlyArray<AttemptRecord>): ReadonlyMap<Field, Changed> => {
  const changed = new Map<Field, Changed>()
  const anew = past.findLastIndex(({ next }) => next?.kind === "restart") + 1
  for (const { next, result } of past.slice(anew)) {
    if (next?.kind !== "remedy") continue
    const attempt = RunFolder.attemptOf(directory, result.number)
    const [before, after] = [read(RunFolder.recipeFile(attempt)), read(RunFolder.remediedFile(attempt))]
    for (const field of Object.keys(after) as ReadonlyArray<Field>) {
      if (Literal.same(before[field], after[field])) continue
      const earlier = changed.get(field)
      // Where the attempt was made with something else than the remedy before it came to, that was declared.
      const remedied = earlier !== undefined && Literal.same(earlier.value, before[field])
      changed.set(field, { declared: remedied ? earlier.declared : before[field], value: after[field] })
    }
  }
  return changed
}

/**
 * Gives a declared recipe what the remedies have changed since the run was last begun anew; what was declared otherwise
 * since stays as it is declared. Throws where the run's folder lacks an attempt's recipe.
 */
export const recipe = (directory: string, past: ReadonlyArray<AttemptRecord>, declared: Recipe.Recipe): Recipe.Recipe => {
  const standing = [...changesOf(directory, past)].filter(([field, then]) => Literal.same(then.declared, declared[field]))
  return { ...declared, ...Object.fromEntries(standing.map(([field, { value }]) => [field, value])) }
}

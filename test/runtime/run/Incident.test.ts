import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as Incident from "../../../runtime/run/Incident.ts"
import * as Owner from "../../../runtime/run/Owner.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { Store } from "../../../runtime/run/Store.ts"
import { recipe } from "../../dsl/recipes.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Writes what there must be of a fault. */
const bundle = (folder: string, format = "ballast.bundle/1"): void => {
  RunFolder.write(path.join(folder, "bundle.json"), { format, samples: [] })
  RunFolder.write(path.join(folder, "recipe.json"), Recipe.encode(recipe))
}

const withRuns = <A, E, R>(body: (folder: string, incident: (attempt: number) => string) => Effect.Effect<A, E, R>) =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const home = yield* Home.open(folder)
    const run = { id: "l-1", arm: "a", seed: 0, directory: path.join(home.runs, "l-1") }
    const request = { file: null, steps: null, engine: "auto", injection: null, expect: [] } as const
    yield* Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin({ id: "l", experiment: "e", owner: Owner.self(), started: 1, request, runs: [run] })
    }).pipe(Effect.provide(Store.layerSqlite(home.database)))
    const incident = (attempt: number): string => RunFolder.incident(RunFolder.attemptOf(run.directory, attempt))
    for (const attempt of [1, 3]) bundle(incident(attempt))
    fs.mkdirSync(RunFolder.attemptOf(run.directory, 2))
    return yield* body(folder, incident)
  }))

describe("Incident", () => {
  it.effect("finds a fault by run and attempt, the last one of a run, and one in a folder of its own", () =>
    withRuns((home, incident) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* Incident.open("l-1.1", home)).directory, incident(1))
        for (const asked of ["l-1", "last", "last.3"]) assert.strictEqual((yield* Incident.open(asked, home)).directory, incident(3))
        const elsewhere = path.join(home, "copied")
        fs.cpSync(incident(1), elsewhere, { recursive: true })
        assert.strictEqual((yield* Incident.open(elsewhere, null)).directory, elsewhere)
      })
    ))

  it.effect("says what there is to replay instead", () =>
    withRuns((home, incident) =>
      Effect.gen(function*() {
        const none = yield* Effect.flip(Incident.open("l-1.2", home))
        assert.strictEqual(none.message, "run l-1 left l-1.1, l-1.3 to replay, and no \"l-1.2\"")
        const unknown = yield* Effect.flip(Incident.open("zzz.1", home))
        assert.strictEqual(unknown._tag, "RunNotFound")
        bundle(incident(1), "ballast.bundle/9")
        assert.match((yield* Effect.flip(Incident.open("l-1.1", home))).message, /format is ballast\.bundle\/9/)
      })
    ))
})

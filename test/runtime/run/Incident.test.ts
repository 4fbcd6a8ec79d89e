import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Dataset from "../../../dsl/Dataset.ts"
import * as Recipe from "../../../dsl/Recipe.ts"
import * as Home from "../../../runtime/run/Home.ts"
import * as Incident from "../../../runtime/run/Incident.ts"
import * as RunFolder from "../../../runtime/run/RunFolder.ts"
import { Store } from "../../../runtime/run/Store.ts"
import * as Holder from "../../../runtime/run/store/Holder.ts"
import type { BundleDocument } from "../../../runtime/train/Bundle.ts"
import { recipe } from "../../dsl/recipes.ts"
import * as Folder from "../data/folder.ts"
import { facts } from "../plan/facts.ts"
import { launchOf } from "./launches.ts"
import { attemptWith, checkpoint, fault } from "./states.ts"
import { inTemporaryFolder } from "./temporary.ts"

/** Writes what there must be of a fault. */
const bundle = (folder: string, changes: Partial<BundleDocument | { readonly format: string }> = {}, made = recipe): void => {
  const document: BundleDocument = {
    format: "ballast.bundle/1",
    run: "l-1",
    attempt: 1,
    arm: "a",
    seed: 0,
    engine: null,
    fault: fault(),
    injection: null,
    onset: 30,
    facts,
    samples: [],
    before: []
  }
  RunFolder.write(path.join(folder, "bundle.json"), { ...document, ...changes })
  RunFolder.write(path.join(folder, "recipe.json"), Recipe.encode(made))
}

const withRuns = <A, E, R>(body: (folder: string, incident: (attempt: number) => string) => Effect.Effect<A, E, R>) =>
  inTemporaryFolder(Effect.fn(function*(folder) {
    const home = yield* Home.open(folder)
    const run = { id: "l-1", arm: "a", seed: 0, directory: path.join(home.runs, "l-1") }
    yield* Effect.gen(function*() {
      const store = yield* Store
      yield* store.begin({ ...launchOf("l"), runs: [run] }, Holder.self())
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
        bundle(incident(1), { format: "ballast.bundle/9" })
        assert.match((yield* Effect.flip(Incident.open("l-1.1", home))).message, /format is ballast\.bundle\/9/)
      })
    ))

  it.effect("finds the images where the run had them, and says what is missing before anything is replayed", () =>
    withRuns((home, incident) =>
      Effect.gen(function*() {
        const cells = path.join(home, "cells")
        yield* Folder.writeSound(cells)
        const made = Recipe.with(recipe, { data: Dataset.yolo({ name: "cells", about: "cells under a microscope" }) })
        const options = { locations: { of: () => null, known: [] }, cache: path.join(home, "cache") }
        const demand = (attempt: number) => Effect.flatMap(Incident.open(`l-1.${attempt}`, home), (opened) => Incident.demand(opened, options))

        bundle(incident(1), { fault: fault({ tag: "DataFault", step: null }) }, made)
        assert.strictEqual((yield* Effect.flip(demand(1)))._tag, "DataMissing")
        const run = RunFolder.ofIncident(incident(1))
        RunFolder.write(RunFolder.recipeFile(run), Recipe.encode(made))
        RunFolder.write(path.join(run, "environment.json"), { data: cells })
        assert.strictEqual((yield* demand(1))?.directory, cells)

        bundle(incident(3), { fault: fault({ tag: "Diverged", step: 40 }) }, made)
        const none = yield* Effect.flip(demand(3))
        assert.strictEqual(none._tag, "IncidentNotFound")
        assert.match(none.message, /holds no state from before the fault/)
        yield* checkpoint(path.join(incident(3), "snapshots"), 20)
        const other = yield* Effect.flip(demand(3))
        assert.strictEqual(other._tag, "DataMissing")
        assert.match(other.message, /not those that run l-1 was trained on/)
      })
    ))

  it.effect("refuses a failing step without its state, its batches, or with a state that is not whole", () =>
    withRuns((home, incident) =>
      Effect.gen(function*() {
        const options = { locations: { of: () => null, known: [] }, cache: path.join(home, "cache") }
        const refusal = Effect.flatMap(Incident.open("l-1.1", home), (opened) => Effect.flip(Incident.demand(opened, options)))
        assert.match((yield* refusal).message, /holds no state from before the fault/)
        yield* attemptWith(RunFolder.ofIncident(incident(1)), 1, { at: 30 })
        assert.match((yield* refusal).message, /does not hold the batches of the failing step/)
        fs.truncateSync(path.join(incident(1), "at/weights.safetensors"), 3)
        assert.match((yield* refusal).message, /weights\.safetensors is cut short/)
      })
    ))
})

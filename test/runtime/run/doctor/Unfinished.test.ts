import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Unfinished from "../../../../runtime/run/doctor/Unfinished.ts"
import * as Owner from "../../../../runtime/run/Owner.ts"
import * as RunFolder from "../../../../runtime/run/RunFolder.ts"
import { Store } from "../../../../runtime/run/Store.ts"
import { runResult } from "../results.ts"
import { inTemporaryFolder } from "../temporary.ts"
import { lookHere } from "./looking.ts"

const request = { file: null, steps: null, engine: "auto", injection: null, expect: [], origin: { commit: null, dirty: null, ballast: "0" } } as const

/** Records launches of two runs each, with who holds them. */
const record = (home: string, launches: Readonly<Record<string, Partial<Owner.Owner>>>) =>
  Effect.gen(function*() {
    const store = yield* Store
    for (const [id, owner] of Object.entries(launches)) {
      const runs = [1, 2].map((place) => ({
        id: `${id}-${place}`,
        arm: "a",
        seed: place,
        directory: path.join(home, "runs", `${id}-${place}`)
      }))
      yield* store.begin({ id, experiment: "e", started: 1, request, runs }, { ...Owner.self(), ...owner, lease: null })
    }
  }).pipe(Effect.provide(Store.layerSqlite(path.join(home, "ballast.db"))))

/** No process has such a number. */
const gone = { pid: 2 ** 30, born: null }

const look = (home: string) => lookHere(Unfinished.check, { home })

describe("Unfinished", () => {
  it.effect("counts the runs that a process has left which is gone, and says what goes on with them", () =>
    inTemporaryFolder(Effect.fn(function*(home) {
      yield* record(home, { alive: {}, elsewhere: { ...gone, host: "another-host" } })
      assert.deepStrictEqual([(yield* look(home)).status, (yield* look(home)).remedy], ["ok", null])
      yield* record(home, { left: gone })
      const { found, remedy, status } = yield* look(home)
      assert.deepStrictEqual([status, found], ["warning", "2 runs have not ended, and their processes are gone"])
      assert.strictEqual(remedy, `npx ballast resume left --home ${home}`)
      RunFolder.write(path.join(home, "runs/left-1/result.json"), runResult({ id: "left-1" }))
      assert.strictEqual((yield* look(home)).found, "1 run has not ended, and its process is gone")
      yield* record(home, { b: gone, c: gone, d: gone })
      const { remedy: many } = yield* look(home)
      assert.match(many ?? "", /^npx ballast resume \w+ --home \S+, and so \w+, \w+, and 1 more of npx ballast runs list$/)
    })))

  it.effect("knows nothing where the record cannot be used, and makes none where there is none", () =>
    inTemporaryFolder(Effect.fn(function*(folder) {
      const home = path.join(folder, "home")
      assert.strictEqual((yield* look(home)).status, "ok")
      assert.isFalse(fs.existsSync(home))
      fs.mkdirSync(home)
      fs.writeFileSync(path.join(home, "ballast.db"), "no database, and longer than the header of one would be: ".repeat(9))
      const { found, status } = yield* look(home)
      assert.strictEqual(status, "warning")
      assert.include(found, "not known: the record of runs cannot be used")
    })))
})

import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Locations from "../../../runtime/data/Locations.ts"
import { inFolder, write } from "./folder.ts"

const messageOf = (home: string, flags: ReadonlyArray<string>) =>
  Effect.map(Effect.flip(Locations.read(home, flags)), ({ message }) => message)

describe("Locations", () => {
  it.effect("reads flags from the working directory and the file from the home's parent; flags win", () =>
    inFolder(Effect.fn(function*(folder) {
      const home = path.join(folder, ".ballast")
      write(folder, { ".ballast/datasets.json": `{ "cells": "data/cells", "plants": "/plants", "dogs": "~/dogs" }` })
      const locations = yield* Locations.read(home, ["plants=some/plants", "cats=/a=b"])
      assert.deepStrictEqual(locations.known, ["cats", "cells", "dogs", "plants"])
      assert.strictEqual(locations.of("cells"), path.join(folder, "data/cells"))
      assert.strictEqual(locations.of("plants"), path.resolve("some/plants"))
      assert.strictEqual(locations.of("cats"), "/a=b")
      assert.strictEqual(locations.of("dogs"), path.join(os.homedir(), "dogs"))
      assert.isNull(locations.of("constructor"))
    })))

  it.effect("knows nothing where there are neither flags nor a home", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* Locations.read("/nowhere/.ballast", [])).known, [])
    }))

  it.effect("says what is wrong with a flag, and what to write", () =>
    Effect.gen(function*() {
      const faults = [
        ["cells", "there is no ="],
        ["=x", "the name is missing"],
        ["a/b=x", "a name has letters"],
        ["cells=", "the path is missing"]
      ] as const
      for (const [flag, what] of faults) {
        const message = yield* messageOf("/nowhere", [flag])
        assert.include(message, `--data ${flag}`)
        assert.include(message, what)
        assert.include(message, "NAME=PATH")
      }
      assert.include(yield* messageOf("/nowhere", ["a=x", "a=y"]), "two places for a")
    }))

  it.effect("says what is wrong with the file, and what to write", () =>
    inFolder(Effect.fn(function*(folder) {
      for (const text of ["{", "[]", `{ "cells": 3 }`, "null", `"x"`, `{ "a b": "x" }`, `{ "cells": "" }`]) {
        write(folder, { "datasets.json": text })
        assert.include(yield* messageOf(folder, []), path.join(folder, "datasets.json"))
      }
      fs.rmSync(path.join(folder, "datasets.json"))
      fs.mkdirSync(path.join(folder, "datasets.json"))
      assert.include(yield* messageOf(folder, []), "cannot be read")
    })))
})

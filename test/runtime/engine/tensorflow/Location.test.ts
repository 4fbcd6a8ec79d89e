import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Location from "../../../../runtime/engine/tensorflow/Location.ts"
import { withEngines } from "./temporary.ts"

const install = (): string => {
  const directory = Location.directoryOf("tensorflow-cpu")
  fs.mkdirSync(directory, { recursive: true })
  for (const file of Location.files) fs.writeFileSync(path.join(directory, file), file)
  Location.record(directory, { variant: "tensorflow-cpu", wheel: "a.whl", sha256: "00" })
  return directory
}

const change = (directory: string, from: string, to: string): void => {
  const file = path.join(directory, "engine.json")
  const text = fs.readFileSync(file, "utf8")
  assert.include(text, from)
  fs.writeFileSync(file, text.replace(from, to))
}

describe("Location", () => {
  it.effect("finds what was recorded", () =>
    withEngines(() =>
      Effect.sync(() => {
        const directory = install()
        const found = Location.find()
        assert.strictEqual(found?.directory, directory)
        assert.deepInclude(found, { variant: "tensorflow-cpu", version: "2.21.0", wheel: "a.whl", tfjs: "4.22.0" })
      })
    ))

  const spoil: Readonly<Record<string, (directory: string) => void>> = {
    "a missing record": (directory) => fs.rmSync(path.join(directory, "engine.json")),
    "a torn record": (directory) => fs.truncateSync(path.join(directory, "engine.json"), 40),
    "a missing library": (directory) => fs.rmSync(path.join(directory, Location.files[0])),
    "a library cut short": (directory) => fs.truncateSync(path.join(directory, Location.files[1]), 3),
    "an addon for another tfjs": (directory) => change(directory, `"tfjs": "4.22.0"`, `"tfjs": "4.21.0"`),
    "another TensorFlow": (directory) => change(directory, `"version": "2.21.0"`, `"version": "2.20.0"`)
  }
  for (const [what, spoiled] of Object.entries(spoil)) {
    it.effect(`finds nothing where there is ${what}`, () =>
      withEngines(() =>
        Effect.sync(() => {
          const directory = install()
          assert.isNotNull(Location.find())
          spoiled(directory)
          assert.isNull(Location.find())
        })
      ))
  }
})

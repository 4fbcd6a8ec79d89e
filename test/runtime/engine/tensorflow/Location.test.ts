import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
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

  it("names the models of GPUs that the driver tells of, each once", () => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-gpus-"))
    const told = (name: string, text: string): void => {
      fs.mkdirSync(path.join(folder, name))
      fs.writeFileSync(path.join(folder, name, "information"), text)
    }
    assert.deepStrictEqual(Location.gpus(folder), [])
    for (const name of ["0000:17:00.0", "0000:65:00.0"]) told(name, "Model: \t\t NVIDIA H100 80GB HBM3\nIRQ:   \t\t 42\n")
    told("0000:ca:00.0", "IRQ:   \t\t 43\n")
    assert.deepStrictEqual(Location.gpus(folder), ["NVIDIA H100 80GB HBM3", "unknown"])
    assert.deepStrictEqual(Location.gpus(path.join(folder, "none")), Location.nvidiaSeen() ? ["unknown"] : [])
    fs.rmSync(folder, { recursive: true })
  })
})

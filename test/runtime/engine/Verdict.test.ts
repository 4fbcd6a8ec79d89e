import { afterEach, assert, beforeEach, describe, it, vi } from "@effect/vitest"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import { names } from "../../../runtime/engine/Candidate.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Verdict from "../../../runtime/engine/Verdict.ts"

const root = path.resolve(import.meta.dirname, "../../..")

/** Lists what a module loads, by whichever way, types aside. */
const loaded = (file: string, found: Set<string> = new Set()): ReadonlySet<string> => {
  if (found.has(file)) return found
  found.add(file)
  const imports = /(?:import|export)\s+(?!type\b)[^;"]*?from\s+"(\.[^"]+)"|import\("(\.[^"]+)"\)/g
  for (const [, declared, called] of fs.readFileSync(file, "utf8").matchAll(imports)) {
    loaded(path.resolve(path.dirname(file), declared ?? called ?? ""), found)
  }
  return found
}

describe("Verdict.sources", () => {
  for (const engine of names) {
    it(`are all that the cases of ${engine} load, but for what an experiment says and the other engines`, () => {
      const found = new Set(Verdict.sources(engine))
      const others = ["dsl", ...names.filter((name) => name !== engine).map((name) => `runtime/engine/${name}`)]
      const all = [...loaded(path.join(root, "runtime/engine/CheckMain.ts"))]
      const missing = all.map((file) => path.relative(root, file))
        .filter((file) => !found.has(path.join(root, file)) && !others.some((other) => file.startsWith(`${other}/`)))
      assert.deepStrictEqual(missing, [])
      const few = ["optim/Clip", "graph/TrainingGraph", "nets/yolo/Yolo", "data/Random", "step/EagerStep", "detect/Loss"]
      assert.includeMembers(all, few.map((file) => path.join(root, `runtime/${file}.ts`)))
    })
  }
})

describe("Verdict.location", () => {
  let folder = ""
  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-verdict-"))
    vi.stubEnv("BALLAST_ENGINES", path.join(folder, "engines"))
  })
  afterEach(() => {
    vi.unstubAllEnvs()
    fs.rmSync(folder, { recursive: true })
  })

  const installed = (sha256: string, variant: "tensorflow" | "tensorflow-cpu" = "tensorflow-cpu"): string => {
    const directory = path.join(folder, "installed")
    fs.mkdirSync(directory, { recursive: true })
    for (const file of Location.files) fs.writeFileSync(path.join(directory, file), file)
    Location.record(directory, { variant, wheel: "a.whl", sha256 })
    return directory
  }
  const ofTensorflow = (): string =>
    Verdict.location({ engine: "tensorflow", version: "2.21.0", directory: path.join(folder, "installed") })
  const ofWasm = (version = "4.22.0"): string => Verdict.location({ engine: "wasm", version, directory: null })

  it("is another for another wheel, GPU, number of threads or decisive variable, and the same otherwise", () => {
    installed("00")
    vi.stubEnv("TF_NUM_INTRAOP_THREADS", "1")
    const [before, wasm] = [ofTensorflow(), ofWasm()]
    const seen = new Set([before])
    const isAnother = (what: string): void => {
      const now = ofTensorflow()
      assert.isFalse(seen.has(now), what)
      seen.add(now)
    }
    for (const name of ["CUDA_VISIBLE_DEVICES", "TF_ENABLE_ONEDNN_OPTS", "ONEDNN_MAX_CPU_ISA", "TF_NUM_INTRAOP_THREADS"]) {
      vi.stubEnv(name, "2")
      isAnother(name)
    }
    const tools = path.join(folder, "tools")
    fs.mkdirSync(tools)
    fs.writeFileSync(path.join(tools, "nvidia-smi"), "")
    if (!Location.nvidiaSeen()) {
      vi.stubEnv("PATH", `${process.env["PATH"]}${path.delimiter}${tools}`)
      isAnother("a GPU that is seen")
    }
    installed("01")
    isAnother("the wheel's SHA-256")
    installed("01", "tensorflow")
    isAnother("the wheel's variant")
    assert.strictEqual(ofWasm(), wasm)
    assert.notStrictEqual(ofWasm("4.23.0"), wasm)
    vi.unstubAllEnvs()
    vi.stubEnv("BALLAST_ENGINES", path.join(folder, "engines"))
    vi.stubEnv("TF_NUM_INTRAOP_THREADS", "1")
    installed("00")
    assert.strictEqual(ofTensorflow(), before)
  })
})

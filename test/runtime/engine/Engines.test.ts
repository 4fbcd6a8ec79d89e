import { afterEach, assert, beforeEach, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as Engines from "../../../runtime/engine/Engines.ts"
import * as Location from "../../../runtime/engine/tensorflow/Location.ts"
import * as Verdict from "../../../runtime/engine/Verdict.ts"
import * as Requirements from "../../../runtime/engine/wasm/Requirements.ts"
import { tensorflow } from "./tensorflow/engine.ts"

const wasm = { engine: "wasm", version: Requirements.version(), directory: null } as const

let folder = ""
let before: string | undefined

/** A folder of engines of its own: without verdicts, and without tensorflow. */
const inFolder = (): void => {
  beforeEach(() => {
    before = process.env["BALLAST_ENGINES"]
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "ballast-engines-"))
    process.env["BALLAST_ENGINES"] = folder
  })
  afterEach(() => {
    if (before === undefined) delete process.env["BALLAST_ENGINES"]
    else process.env["BALLAST_ENGINES"] = before
    fs.rmSync(folder, { recursive: true, force: true })
  })
}

/** Keeps a verdict as a check would have, with failures in place of some that passed. */
const keep = (candidate: Engines.Chosen, failures: ReadonlyArray<string>): void => {
  const file = Verdict.location(candidate)
  fs.mkdirSync(path.dirname(file), { recursive: true })
  fs.writeFileSync(
    file,
    JSON.stringify({
      format: "ballast.engine-verdict/1",
      engine: candidate.engine,
      version: candidate.version,
      ballast: "0.1.0",
      node: process.versions.node,
      cpu: "any",
      sources: "any",
      tensorflow: null,
      date: new Date().toISOString(),
      passed: 100,
      failures: failures.map((name) => ({ case: name, error: `${name} is 1 instead of 2` }))
    })
  )
}

const choose = (choice: Engines.Choice): Promise<Engines.Decision> => Effect.runPromise(Engines.choose(choice))

const refusal = (choice: Engines.Choice): Promise<string> =>
  Effect.runPromise(Effect.map(Effect.flip(Engines.choose(choice)), ({ message }) => message))

describe("Engines", () => {
  inFolder()

  it("take wasm where tensorflow is not installed, after its cases have run once, whoever asks at the same time", async () => {
    const checks: Array<string> = []
    const once = Engines.choose("auto", (engine) => checks.push(engine))
    const decisions = await Effect.runPromise(Effect.all([once, once], { concurrency: 2 }))
    for (const decision of decisions) {
      assert.deepStrictEqual(decision, {
        ...wasm,
        reason: "wasm: tensorflow is passed over: not installed (npx ballast engine install tensorflow)",
        warning: null
      })
    }
    assert.deepStrictEqual(checks, ["wasm", "wasm"])
    assert.strictEqual(fs.readdirSync(path.join(folder, "verdicts")).length, 1)
    const verdict = Verdict.kept(wasm)
    assert.isAbove(verdict?.passed ?? 0, 100)
    assert.deepStrictEqual(verdict?.failures, [])
    await Effect.runPromise(once)
    assert.strictEqual(checks.length, 2)
  })

  it("are passed over by auto where a case fails, and used with a warning where they are named", async () => {
    keep(wasm, ["first", "second", "third", "fourth"])
    assert.match(await refusal("auto"), /^no engine can be used here\n.*\nwasm is passed over: 4 of 104 reference cases fail/)
    const { reason, warning } = await choose("wasm")
    assert.strictEqual(reason, "wasm: asked for by its name")
    assert.match(warning ?? "", /computes wrongly here: 4 of 104 reference cases fail/)
    assert.match(warning ?? "", /first: first is 1 instead of 2\n.*second.*\n.*third/)
    assert.notInclude(warning, "fourth")
    const [, listed] = await Effect.runPromise(Engines.list)
    assert.deepStrictEqual([listed?.usable, listed?.passes], [true, false])
    assert.match(listed?.reason ?? "", /auto passes it over/)
  })

  it("are trusted where every case passed before", async () => {
    keep(wasm, [])
    const decision = await Effect.runPromise(Engines.choose("wasm", () => assert.fail("the cases ran again")))
    assert.isNull(decision.warning)
  })

  it("are checked anew where what was kept is not what a check writes", () => {
    keep(wasm, [])
    fs.writeFileSync(Verdict.location(wasm), `{"format":"ballast.engine-verdict/1"`)
    assert.isNull(Verdict.kept(wasm))
    keep({ ...wasm, version: "another" }, [])
    fs.rmSync(Verdict.location(wasm))
    assert.isNull(Verdict.kept(wasm))
  })

  it("say what is missing, and the command that supplies it, where one is named", async () => {
    const message = "the engine tensorflow cannot be used: not installed (npx ballast engine install tensorflow)"
    assert.strictEqual(await refusal("tensorflow"), message)
    const checked = await Effect.runPromise(Effect.flip(Engines.check(["wasm", "tensorflow"])))
    assert.strictEqual(checked.message, message)
    const [listed, own] = await Effect.runPromise(Engines.list)
    assert.deepStrictEqual([listed?.usable, own?.usable, own?.threads, own?.passes], [false, true, 1, null])
  })
})

tensorflow("Engines beside an installed tensorflow", () => {
  const installed = Location.find()
  inFolder()
  beforeEach(() => {
    fs.symlinkSync(path.dirname(installed?.directory ?? ""), path.join(folder, "tensorflow"))
    keep(wasm, [])
  })
  const candidate = (): Engines.Chosen => ({
    engine: "tensorflow",
    version: installed?.version ?? "",
    directory: Location.find()?.directory ?? ""
  })

  it("are taken in their order", async () => {
    keep(candidate(), [])
    assert.strictEqual((await choose("auto")).reason, "tensorflow: the first choice, and it works here")
    assert.strictEqual((await choose("wasm")).engine, "wasm")
  })

  it("give way to the next where a case fails", async () => {
    keep(candidate(), ["a sum"])
    const { engine, reason } = await choose("auto")
    assert.strictEqual(engine, "wasm")
    assert.strictEqual(
      reason,
      "wasm: tensorflow is passed over: 1 of 101 reference cases fail (npx ballast engine check tensorflow)"
    )
    assert.match((await choose("tensorflow")).warning ?? "", /a sum: a sum is 1 instead of 2/)
  })
})

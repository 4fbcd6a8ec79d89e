import { assert, beforeAll, describe, it } from "@effect/vitest"
import * as tf from "@tensorflow/tfjs-core"
import * as ReferenceCases from "../../../../runtime/engine/reference/ReferenceCases.ts"
import { storedCases } from "../../../../runtime/engine/reference/StoredCases.ts"
import * as Stored from "../../../../runtime/engine/reference/Stored.ts"
import * as Backend from "../../../../runtime/engine/wasm/Backend.ts"
import * as Kernels from "../../../../runtime/engine/wasm/Kernels.ts"
import * as EagerStep from "../../../../runtime/step/EagerStep.ts"
import * as BrokenOperations from "./brokenOperations.ts"
import { noticeWhatIsBroken } from "./noticing.ts"

/** Single operations compile nothing. */
const refuses: ReferenceCases.Subject["compile"] = () => {
  throw new Error("a single operation compiled a step")
}

describe("ReferenceCases", () => {
  let sound: ReferenceCases.Subject["kernels"]
  beforeAll(async () => {
    sound = Kernels.make(await Backend.load())
  })

  it("all hold on the wasm engine and leave nothing in memory", () => {
    const before = tf.memory().numTensors
    const compile: ReferenceCases.Subject["compile"] = (configuration) => EagerStep.make(configuration, sound)
    const verdicts = ReferenceCases.check({ kernels: sound, compile })
    assert.deepStrictEqual(verdicts.filter(({ ok }) => !ok), [])
    assert.deepStrictEqual(verdicts.map((verdict) => verdict.case), ReferenceCases.all.map((one) => one.case))
    assert.strictEqual(tf.memory().numTensors, before)
  })

  it("have names of their own", () => {
    assert.strictEqual(new Set(ReferenceCases.all.map((one) => one.case)).size, ReferenceCases.all.length)
  })

  // Whole steps take most of the time: of them those are run that must notice. The drill runs all.
  noticeWhatIsBroken(() => sound, (breaks) =>
    ReferenceCases.all.filter((one) => storedCases.includes(one) || breaks.includes(one.case)))

  /** Runs the cases of single operations alone, and names those that fail. */
  const failingOperations = (cases: ReadonlyArray<string>): ReadonlyArray<string> =>
    ReferenceCases.all.filter((one) => cases.includes(one.case))
      .filter((one) => one.run({ kernels: sound, compile: refuses }) !== null)
      .map((one) => one.case)

  for (const { breaks, kernel, spoil, title } of BrokenOperations.operations) {
    it(`fail where ${title}`, () => {
      const cases = Stored.operations.map((one) => one.case)
      const failures = BrokenOperations.withKernel(kernel, spoil, () => failingOperations(cases))
      assert.deepStrictEqual(failures.toSorted(), breaks.toSorted())
    })
  }

  it("notice, each, when the operation that they are about is off by a hundredth", () => {
    const about = Stored.operations.filter(({ operation }) => operation in BrokenOperations.kernelOf)
    const noticed = about.flatMap(({ case: name, operation }) =>
      BrokenOperations.withKernel(BrokenOperations.kernelOf[operation] ?? "", BrokenOperations.byAHundredth, () =>
        failingOperations([name]))
    )
    assert.deepStrictEqual(noticed, about.map((one) => one.case))
  })
})

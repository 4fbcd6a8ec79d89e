import { assert, describe, it } from "@effect/vitest"
import type { Diagnosis } from "../../../runtime/fault/Diagnosis.ts"
import * as FaultText from "../../../runtime/report/FaultText.ts"
import type { RunResult } from "../../../runtime/run/Result.ts"
import * as Samples from "./samples.ts"

const attempt = (tag: string, message: string, step: number | null = null): RunResult["attempts"][number] => ({
  ...Samples.attempt,
  status: "failed",
  fault: { tag, message, step, onset: step ?? 0, injected: null }
})

const ended = (tag: string, fields: Partial<RunResult> = {}): RunResult => ({
  ...Samples.failed,
  attempts: [attempt(tag, "it broke", 17)],
  ...fields
})

describe("FaultText", () => {
  it("names the step once", () => {
    assert.strictEqual(FaultText.of(Samples.failed), "at step 17 the loss is NaN (NonFinite)")
    assert.strictEqual(FaultText.of(ended("OutOfMemory")), "it broke (OutOfMemory at step 17)")
  })

  it("tells the last attempt's fault, and how many attempts there were", () => {
    const attempts = [attempt("NonFinite", "first"), attempt("Timeout", "second")]
    assert.strictEqual(FaultText.of(ended("", { attempts })), "second (Timeout), after 2 attempts")
  })

  it("says so where no fault was recorded", () => {
    assert.match(FaultText.of(ended("", { attempts: [] })), /after 17 steps, and no fault was recorded/)
    assert.deepStrictEqual(FaultText.remedies(ended("", { attempts: [] }), "/"), [])
  })

  it("proposes clipping only where no step was clipped", () => {
    const [unclipped = ""] = FaultText.remedies(ended("NonFinite"), "/")
    assert.match(unclipped, /Clip\.globalNorm\(1\), because no step was clipped, and the gradient norm reached 5\.1e12/)
    const [clipped = ""] = FaultText.remedies(ended("Diverged", { clipRate: 0.4 }), "/")
    assert.match(clipped, /^a lower maxNorm in clip; it clipped 40% of the steps/)
  })

  it("goes by what was found out", () => {
    const judged = (verdict: Diagnosis["verdict"], fields: Partial<Diagnosis> = {}): string => {
      const diagnosis = { verdict, node: "neck.15.cv2.conv", direction: null, files: [], explanation: "", trials: [], ...fields }
      return FaultText.remedies(ended("", { attempts: [{ ...attempt("NonFinite", "it broke", 17), diagnosis }] }), "/").join("; ")
    }
    const trials = [{ change: "a tighter clip", cured: true, steps: 3, reason: null }] as const
    assert.match(judged("explosion", { trials }), /^a tighter clip, which cured it in a trial; clip: Clip\.globalNorm\(1\)/)
    const files = [{ file: "a \"b\".jpg", row: null, reason: "" }]
    assert.include(judged("bad-data", { files }), "feed: Feed.make({ quarantine: [\"a \\\"b\\\".jpg\"] })")
    assert.match(judged("bad-data"), /ballast validate/)
    assert.match(judged("bad-graph"), /^a look at neck\.15\.cv2\.conv in npx ballast plan/)
    assert.match(judged("engine-fault"), /engine check.*--engine/)
    assert.match(judged("transient"), /^the same again/)
    for (const verdict of ["bad-data", "bad-graph", "engine-fault", "transient"] as const) {
      assert.notInclude(judged(verdict), "Clip")
    }
  })

  it("names the step at which it began, and not that at which it was noticed", () => {
    const fault = { tag: "Diverged", message: "it broke", step: 28, onset: 5, injected: null }
    const said = FaultText.remedies(ended("", { attempts: [{ ...attempt("", ""), fault }] }), "/").join("; ")
    assert.include(said, "or a longer one, because it began at step 5;")
  })

  it("does not speak of a leap where the norm made none", () => {
    const calm = ended("NonFinite", { gradNorm: { median: 3, p99: 9, max: 9 } })
    assert.notInclude(FaultText.remedies(calm, "/").join(), "times its median")
    const none = ended("NonFinite", { gradNorm: { median: NaN, p99: NaN, max: NaN } })
    assert.notInclude(FaultText.remedies(none, "/").join(), "NaN")
  })

  it("says how a step keeps its images where memory holds fewer at a time", () => {
    const [smaller = ""] = FaultText.remedies(ended("OutOfMemory"), "/")
    assert.match(smaller, /^a smaller batch, with accumulate: Accumulate\.batches\(2\)/)
  })

  it("names the limit that a training was too slow for", () => {
    const [time, silence] = ["time", "silence"].map((limit) =>
      FaultText.remedies(ended("", { attempts: [attempt("Timeout", `it was ended (host.${limit})`)] }), "/").join())
    assert.include(time, "a longer time in host")
    assert.include(silence, "a longer silence in host")
  })

  it("sends to the log where the recipe is not to blame, and nothing for a fault that it does not know", () => {
    const lost = ended("WorkerLost", { directory: "/home/me/.ballast/runs/l1-1" })
    assert.include(FaultText.remedies(lost, "/home/me").join(), "the end of .ballast/runs/l1-1/attempts/1/process.log")
    assert.deepStrictEqual(FaultText.remedies(ended("Eclipse"), "/"), [])
  })
})

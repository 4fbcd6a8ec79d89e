import { assert, describe, it } from "@effect/vitest"
import { Clip } from "../../../../dsl/index.ts"
import * as Evidence from "../../../../runtime/review/tune/Evidence.ts"
import { remedied } from "../../report/samples.ts"

const seen = { experiment: "coldstart", result: remedied, ballast: "0.1.0" }

const taken = (after = Clip.globalNorm(1)) =>
  remedied.advice.map(({ message, rule }) => ({ rule, message, before: { clip: Clip.off }, after: { clip: after } }))

describe("Evidence", () => {
  it("says what is set, what the run saw, and what the run was", () => {
    const [subject = "", blank, ...body] = Evidence.message(taken(), seen).split("\n")
    assert.strictEqual(blank, "")
    assert.match(subject, new RegExp(`^Set clip of ${remedied.arm.replaceAll("+", "\\+")} in coldstart to Clip\\.globalNorm\\(1\\)$`))
    assert.include(body.join("\n"), "  clip: Clip.off -> Clip.globalNorm(1)\n")
    assert.include(body, "steps: 150")
    assert.include(body, "clipped: 41%")
    assert.isTrue(body.filter((line) => !line.startsWith("  ")).every((line) => line.length <= 72))
  })

  it("keeps to one short subject, whatever the names hold", () => {
    for (const arm of ["a\nb", "x".repeat(300)]) {
      const message = Evidence.message(taken(Clip.zscore({ maxNorm: null })), { ...seen, result: { ...remedied, arm } })
      const [subject = "", blank] = message.split("\n")
      assert.isAtMost(subject.length, 72)
      assert.strictEqual(blank, "")
    }
  })
})

import { assert, describe, it } from "@effect/vitest"
import type { Linted, Placed } from "../../../../runtime/review/lint/Lint.ts"
import * as Rules from "../../../../runtime/review/lint/rules/Rules.ts"
import * as Sarif from "../../../../runtime/review/lint/Sarif.ts"

/** What SARIF 2.1.0's schema requires of each object that is written, and the values that it allows. */
const required = {
  log: ["version", "runs"],
  run: ["tool"],
  tool: ["driver"],
  driver: ["name"],
  rule: ["id"],
  message: ["text"],
  result: ["message"],
  invocation: ["executionSuccessful"],
  suppression: ["kind"]
}
const levels = ["none", "note", "warning", "error"]

const randomRule = Rules.all.find(({ id }) => id === "source/random")
const deadRule = Rules.all.find(({ id }) => id === "arm/dead")

const placed = (rule: typeof randomRule, line: number): Placed => {
  if (rule === undefined) throw new Error("there is no such rule")
  return {
    rule,
    message: "Math.random draws anew each time",
    start: { line, column: 11 },
    end: { line, column: 22 },
    fixable: false,
    suppressible: true
  }
}

const linted = (file: string, path: string): Linted => ({
  file,
  path,
  lines: [],
  findings: [placed(randomRule, 3), placed(deadRule, 5)],
  suppressed: [{ ...placed(randomRule, 9), reason: "it is meant" }],
  fixed: 0
})

const document = Sarif.of(
  [linted("experiments/größe 1.ts", "/checkout/experiments/größe 1.ts"), linted("/else where/a#b.ts", "/else where/a#b.ts")],
  { version: "1.2.3", cwd: "/checkout" }
)

const has = (value: object, names: ReadonlyArray<string>): void => assert.containsAllKeys(value, [...names])

describe("Sarif", () => {
  it("has every field that the schema requires", () => {
    has(document, required.log)
    assert.strictEqual(document.version, "2.1.0")
    for (const run of document.runs) {
      has(run, required.run)
      has(run.tool, required.tool)
      has(run.tool.driver, required.driver)
      assert.include(["utf16CodeUnits", "unicodeCodePoints"], run.columnKind)
      for (const invocation of run.invocations) has(invocation, required.invocation)
      for (const rule of run.tool.driver.rules) {
        has(rule, required.rule)
        for (const text of [rule.shortDescription, rule.fullDescription, rule.help]) has(text, required.message)
        assert.include(levels, rule.defaultConfiguration.level)
      }
      assert.strictEqual(new Set(run.tool.driver.rules.map(({ id }) => id)).size, run.tool.driver.rules.length)
      for (const result of run.results) {
        has(result, required.result)
        has(result.message, required.message)
        assert.include(levels, result.level)
        assert.strictEqual(run.tool.driver.rules[result.ruleIndex]?.id, result.ruleId)
        for (const { physicalLocation: { artifactLocation, region } } of result.locations) {
          for (const count of Object.values(region)) assert.isAtLeast(count, 1)
          assert.isTrue(URL.canParse(artifactLocation.uri, "file:///checkout/"))
          assert.notMatch(artifactLocation.uri, /[ ü\\]/)
        }
        for (const suppression of "suppressions" in result ? result.suppressions ?? [] : []) {
          has(suppression, required.suppression)
          assert.include(["inSource", "external"], suppression.kind)
        }
      }
    }
  })

  it("writes places in the checkout from there, and others whole", () => {
    const uris = document.runs[0]?.results.map(({ locations }) => locations[0]?.physicalLocation.artifactLocation)
    assert.deepStrictEqual(uris?.[0], { uri: "experiments/gr%C3%B6%C3%9Fe%201.ts", uriBaseId: "%SRCROOT%" })
    assert.deepStrictEqual(uris?.[3], { uri: "file:///else%20where/a%23b.ts" })
    assert.strictEqual(document.runs[0]?.originalUriBaseIds["%SRCROOT%"].uri, "file:///checkout/")
  })

  it("has what a comment lets be, with its reason", () => {
    const [run] = document.runs
    assert.deepStrictEqual(run?.results.map((result) => "suppressions" in result ? result.suppressions : null), [
      null,
      null,
      [{ kind: "inSource", justification: "it is meant" }],
      null,
      null,
      [{ kind: "inSource", justification: "it is meant" }]
    ])
  })
})

import { assert, describe, it } from "@effect/vitest"
import { Fault } from "../../../../dsl/index.ts"
import { families, faultLabel, metrics } from "../../../../runtime/run/telemetry/Metrics.ts"

describe("Metrics", () => {
  it("names metrics by Prometheus' conventions", () => {
    for (const { help, kind, name } of families) {
      assert.match(name, /^ballast(_[a-z]+)+$/)
      assert.strictEqual(name.endsWith("_total"), kind === "counter", name)
      assert.notMatch(name, /_(ms|milliseconds|minutes|hours|kib|mib|mb|gb|percent|ratio_total|count|sum|bucket)$/, name)
      assert.notMatch(name, /_(counter|gauge|histogram)(_|$)/, name)
      assert.match(help, /^[A-Z].*\.$/, name)
    }
    const names = families.map(({ name }) => name)
    assert.deepStrictEqual([...new Set(names)], names)
  })

  it("has labels of few values, and no run's name among them", () => {
    const labels = new Set(families.flatMap(({ series }) => series.flatMap((one) => Object.keys(one.labels))))
    assert.sameMembers([...labels], ["change", "fault", "node", "state", "status", "version"])
    for (const { name, series } of families) assert.isAtMost(series.length, 12, name)
    assert.isBelow(families.reduce((sum, { series }) => sum + series.length, 0), 60)
  })

  it("has a label for each fault, and one for those of other versions", () => {
    const tags = Object.values(Fault).flatMap((fault) => "identifier" in fault ? [fault.identifier] : [])
    assert.isAbove(tags.length, 7)
    const labels = metrics.attempts.series.flatMap(({ labels }) => labels["status"] === "failed" ? [labels["fault"]] : [])
    assert.sameMembers(labels, [...tags, "other"])
    for (const tag of tags) assert.strictEqual(faultLabel(tag), tag)
    for (const tag of ["", "Cosmic", "__proto__", "toString", "a\"} 1\n"]) assert.strictEqual(faultLabel(tag), "other")
  })
})

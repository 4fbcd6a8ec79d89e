import { assert, describe, it } from "@effect/vitest"
import { asked, plant, read } from "../e2e/bisecting.ts"
import { inProject } from "../e2e/project.ts"

describe("ballast nightly bisect", () => {
  it("names the commit and the one of its fields, among others that change or break the experiment", () =>
    inProject(async (project) => {
      const { before, good, planted } = plant(project)
      const { code, stderr, stdout } = await project.ballast(...asked(good))
      assert.strictEqual(code, 0, stderr)
      const found = read(stdout)
      assert.deepInclude(found, { verdict: "found", good: before, bad: planted, together: [] })
      assert.deepStrictEqual(found.fields, [{ path: "schedule.value", before: 0.1, after: 1e-5 }])
      assert.deepStrictEqual(found.measurements.map(({ mixed, worse }) => [mixed.join(), worse]), [
        ["", null], ["", true], ["", false], ["", true], ["", false], ["optimizer", false], ["schedule", true]
      ])
      assert.strictEqual(found.runs.spent, 21)
    }), 600_000)
})

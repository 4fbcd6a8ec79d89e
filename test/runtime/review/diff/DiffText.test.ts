import { assert, describe, it } from "@effect/vitest"
import { Recipe } from "../../../../dsl/index.ts"
import * as Line from "../../../../runtime/report/Line.ts"
import * as DiffDocument from "../../../../runtime/review/diff/DiffDocument.ts"
import * as DiffText from "../../../../runtime/review/diff/DiffText.ts"
import * as ExperimentDiff from "../../../../runtime/review/diff/ExperimentDiff.ts"
import { base, planned } from "./plans.ts"

const linesOf = (before: ExperimentDiff.Planned, after: ExperimentDiff.Planned): ReadonlyArray<string> => {
  const experiments = ExperimentDiff.all([before], [after], { seconds: () => null, touched: () => [] })
  const side = { ref: null, commit: null }
  const document = DiffDocument.of({ base: side, head: side, besides: [], policy: null, experiments }, false)
  return DiffText.of(document, 100).map((line) => Line.write(line, false))
}

describe("DiffText", () => {
  it("says what a new arm costs, and of one that changed what it did before", () => {
    const half = Recipe.with(base, { length: { steps: 40 } })
    const added = linesOf(planned({ a: base }), planned({ a: base, b: half }))
    assert.include(added, "  b: added")
    assert.include(added, "    steps: 40")
    const changed = linesOf(planned({ a: Recipe.with(base, { length: { steps: 20 } }) }), planned({ a: half }))
    assert.include(changed, "    steps: 20 -> 40 (+100%)")
  })
})

import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as ValidateText from "../../../runtime/report/ValidateText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const text = (validation: ValidateText.Validation): string => Texts.plain(ValidateText.of(validation, 100))

describe("ValidateText", () => {
  for (const columns of [60, 100]) {
    it(`reports a validation in ${columns} columns`, () =>
      assertGolden(`validate-${columns}`, ValidateText.of(Samples.validation, columns)))
  }

  it("lists the first 20 files that are left out and counts the others", () => {
    assert.lengthOf(text(Samples.validation).match(/^ {2}\S+\/(labels|images)\//gm) ?? [], 20)
    assert.include(text(Samples.validation), "and 6 more; --json lists all of them")
    const data = Samples.validation.data.map((set) => ({ ...set, excluded: set.excluded.slice(0, 20) }))
    assert.notInclude(text({ ...Samples.validation, data }), "more; --json")
  })

  it("says that all is well in few lines", () => {
    const arms = [{ arm: "clip", findings: [] }]
    const data = Samples.validation.data.slice(0, 1)
    assert.strictEqual(
      text({ experiment: "blood", valid: true, arms, errors: [], data }),
      "blood: 1 arm\n\nclip  nothing to say\n\n"
        + "data    images  boxes  left out  leaked\nshapes     320    911         0       0\n\nvalid\n"
    )
  })

  it("fits, whatever it found", () => {
    const found = FastCheck.record({ a: Texts.text, b: Texts.text, c: Texts.text })
    FastCheck.assert(FastCheck.property(found, Texts.columns, ({ a, b, c }, columns) => {
      const validation: ValidateText.Validation = {
        experiment: a,
        valid: false,
        arms: [{ arm: b, findings: [{ rule: "model/x", severity: "warning", path: c, message: a }] }],
        errors: [{ path: a, message: b }],
        data: [{ name: c, images: 1, boxes: 2, leaked: 1, excluded: [{ file: `images/${a.replaceAll(" ", "_")}`, line: 3, reason: b }] }]
      }
      Texts.assertFits(ValidateText.of(validation, columns), columns)
    }))
  })
})

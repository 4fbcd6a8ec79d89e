import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import * as EvalText from "../../../runtime/report/EvalText.ts"
import { assertGolden } from "./golden.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

describe("EvalText", () => {
  it("writes COCO's figures and each class's", () => assertGolden("eval", EvalText.of(Samples.evaluation, 80)))

  it("explains the dash only where there is one", () => {
    const full = {
      ...Samples.evaluation,
      mapLarge: 0.1,
      arLarge: 0.1,
      perClass: Samples.evaluation.perClass.slice(0, 2)
    }
    assert.include(Texts.plain(EvalText.of(Samples.evaluation, 80)), "no such box to find")
    assert.notInclude(Texts.plain(EvalText.of(full, 80)), "no such box to find")
  })

  it("says how often a classifier is right, as a whole and of each class", () => {
    const perClass = [{ class: "circle", accuracy: 0.75, images: 1 }]
    const text = Texts.plain(EvalText.of({ format: "ballast.eval/1", accuracy: 0.75, images: 4, perClass }, 80))
    assert.match(text, /^accuracy 0\.750: .*over 4 images/)
    assert.match(text, /\ncircle +1 image +0\.750\n/)
  })

  it("fits, whatever the classes' names", () => {
    const perClass = FastCheck.array(
      Texts.text.map((name) => ({ class: name, map: 0.1, map50: 0.2, boxes: 3 })),
      { maxLength: 4 }
    )
    FastCheck.assert(FastCheck.property(perClass, Texts.columns, (perClass, columns) =>
      Texts.assertFits(EvalText.of({ ...Samples.evaluation, perClass }, columns), columns)))
  })
})

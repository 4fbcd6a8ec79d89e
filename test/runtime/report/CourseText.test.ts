import { assert, describe, it } from "@effect/vitest"
import * as FastCheck from "fast-check"
import type { Course } from "../../../runtime/report/Courses.ts"
import * as CourseText from "../../../runtime/report/CourseText.ts"
import * as Samples from "./samples.ts"
import * as Texts from "./texts.ts"

const text = (courses: ReadonlyArray<Course>, columns = 80): string => Texts.plain(CourseText.of(courses, columns))

const ramp = (from: number, to: number): ReadonlyArray<number> => Array.from({ length: to - from }, (_, index) => 10 - (from + index) / 10)

const courses: FastCheck.Arbitrary<ReadonlyArray<Course>> = FastCheck.array(
  FastCheck.record({
    from: FastCheck.nat(300),
    losses: FastCheck.array(Texts.number, { minLength: 1, maxLength: 200 })
  }),
  { maxLength: 4 }
).map((all) => all.map(({ from, losses }, index) => ({ attempt: index + 1, from: index === 0 ? 0 : from, losses, norms: losses })))

describe("CourseText", () => {
  it("marks on the axis where attempts go on, and draws each below the steps that it took", () => {
    const drawn = text([Samples.courseOf(ramp(0, 50)), { attempt: 2, from: 30, losses: ramp(30, 60), norms: ramp(30, 60) }])
    assert.match(drawn, /^ +└─{30}┬─{29}$/m)
    assert.match(drawn, /^ +0 .*30, attempt 2 .*60 steps$/m)
    const lines = drawn.split("\n")
    const first = lines.find((line) => line.startsWith("  loss 1")) ?? ""
    const second = lines.find((line) => line.startsWith("  loss 2")) ?? ""
    const axis = lines.find((line) => line.includes("└")) ?? ""
    assert.strictEqual(first.search(/[▁-█]/), axis.indexOf("└") + 1)
    assert.strictEqual(second.search(/[▁-█]/), axis.indexOf("┬"))
    assert.lengthOf(first.trimEnd(), axis.indexOf("└") + 1 + 50)
  })

  it("draws a single attempt once", () => {
    assert.notInclude(text([Samples.courseOf(ramp(0, 50))]), "loss 1")
    assert.notInclude(text([Samples.courseOf(ramp(0, 50))]), "┬")
  })

  it("draws nothing of no step", () => {
    assert.strictEqual(text([]), "")
    assert.strictEqual(text([Samples.courseOf([])]), "")
  })

  it("shows where a loss turned NaN, and says so", () => {
    assert.include(text([Samples.courseOf([...ramp(0, 20), NaN])]), "× from step 20 on is NaN or infinite")
    // What was given up is not what counts.
    const cured = [Samples.courseOf([...ramp(0, 20), NaN]), { attempt: 2, from: 10, losses: ramp(10, 40), norms: ramp(10, 40) }]
    assert.notInclude(text(cured), "is NaN or infinite")
  })

  it("fits, whatever it draws", () => {
    FastCheck.assert(FastCheck.property(courses, Texts.columns, (some, columns) => {
      Texts.assertFits(CourseText.of(some, columns), columns)
    }))
  })
})

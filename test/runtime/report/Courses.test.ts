import { assert, describe, it } from "@effect/vitest"
import * as Courses from "../../../runtime/report/Courses.ts"
import { stepEvent } from "./events.ts"

const attempt = (number: number, from: number, to: number): ReadonlyArray<ReturnType<typeof stepEvent>> =>
  Array.from({ length: to - from }, (_, index) =>
    stepEvent(from + index, { attempt: number, loss: 100 * number + from + index, gradNorm: number })
  )

describe("Courses", () => {
  it("lays attempts out by themselves, each from the step at which it began", () => {
    const courses = Courses.of([...attempt(1, 0, 5), ...attempt(2, 3, 6)])
    assert.deepStrictEqual(courses, [
      { attempt: 1, from: 0, losses: [100, 101, 102, 103, 104], norms: [1, 1, 1, 1, 1] },
      { attempt: 2, from: 3, losses: [203, 204, 205], norms: [2, 2, 2] }
    ])
  })

  it("counts of an attempt what no later one has taken again", () => {
    const joined = (...attempts: ReadonlyArray<ReturnType<typeof attempt>>) => Courses.joined(Courses.of(attempts.flat()))
    assert.deepStrictEqual(joined(attempt(1, 0, 5), attempt(2, 3, 6)), {
      from: 0,
      losses: [100, 101, 102, 203, 204, 205],
      norms: [1, 1, 1, 2, 2, 2]
    })
    assert.deepStrictEqual(joined(attempt(1, 0, 5), attempt(2, 3, 4), attempt(3, 1, 3)).losses, [100, 301, 302])
    assert.deepStrictEqual(joined(attempt(1, 0, 5), attempt(2, 0, 2)).losses, [200, 201])
    // An earlier process took the first steps.
    assert.deepStrictEqual(joined(attempt(2, 3, 5)), { from: 3, losses: [203, 204], norms: [2, 2] })
    assert.deepStrictEqual(joined(), { from: 0, losses: [], norms: [] })
  })

  it("keeps runs apart as they tell their steps", () => {
    const courses = new Courses.Courses()
    courses.add(stepEvent(0, { run: "a", loss: 1 }))
    courses.add(stepEvent(0, { run: "b", loss: 2 }))
    courses.add(stepEvent(1, { run: "a", loss: 3 }))
    assert.deepStrictEqual(courses.of("a").map(({ losses }) => losses), [[1, 3]])
    assert.deepStrictEqual(courses.of("b").map(({ losses }) => losses), [[2]])
    assert.deepStrictEqual(courses.of("c"), [])
  })
})

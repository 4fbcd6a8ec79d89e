import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as Dataset from "../../dsl/Dataset.ts"
import * as Issue from "../../dsl/Issue.ts"

const issuesOf = (dataset: Dataset.Dataset): ReadonlyArray<string> => {
  const decoded = Issue.decode(Dataset.Dataset, dataset)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

const split = (images: string, annotations = "a.json") => Dataset.coco({ name: "cells", train: { images, annotations } })

describe("Dataset.coco", () => {
  it("is not strict, and names no place, where nothing is said", () => {
    assert.deepStrictEqual(Dataset.coco({ name: "cells" }), { _tag: "Coco", name: "cells", strict: false })
    assert.deepStrictEqual(issuesOf(Dataset.coco({ name: "cells", classes: ["a"], about: "cells", strict: true })), [])
  })

  it("takes places within its folder alone", () => {
    for (const images of ["train", ".", "a/b c/d", "..a/b..", "a/./b"]) assert.deepStrictEqual(issuesOf(split(images)), [])
    for (const images of ["..", "../a", "a/../../b", "a\\..\\b", "/etc", "\\\\host\\a", "C:\\a", "c:a", "~/a", " ", "a\0"]) {
      const [issue = "", ...others] = issuesOf(split(images))
      assert.deepStrictEqual(others, [])
      assert.match(issue, /^train\.images: expected (a path within the data set's folder|text that is not empty), got /)
    }
    assert.match(issuesOf(split("train", "../a.json")).join(), /^train\.annotations: /)
  })

  it("refuses a misspelt field", () => {
    const misspelt = { name: "cells", vall: { images: "val", annotations: "val.json" } }
    assert.deepStrictEqual(issuesOf(Dataset.coco(misspelt)), [`vall: unknown field "vall"; did you mean "val"?`])
  })
})

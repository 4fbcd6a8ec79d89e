import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import * as path from "node:path"

const root = path.resolve(import.meta.dirname, "../..")

const testFiles = fs.readdirSync(path.join(root, "test"), { recursive: true, encoding: "utf8" })
  .filter((file) => /^(dsl|runtime)\/.*\.test\.ts$/.test(file))

describe("test/", () => {
  it("mirrors dsl/ and runtime/: each test stands where its module does", () => {
    const alone = testFiles.filter((file) => !fs.existsSync(path.join(root, file.replace(/\.test\.ts$/, ".ts"))))
    assert.deepStrictEqual(alone, [])
    assert.isAbove(testFiles.length, 0)
  })
})

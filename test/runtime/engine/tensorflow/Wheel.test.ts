import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Wheel from "../../../../runtime/engine/tensorflow/Wheel.ts"
import { withEngines } from "./temporary.ts"

const sha256 = createHash("sha256").update("abc").digest("hex")

const withWheel = <A, E>(body: (file: string) => Effect.Effect<A, E>) =>
  withEngines((folder) => {
    const file = path.join(folder, "a.whl")
    fs.writeFileSync(file, "abc")
    return body(file)
  })

describe("Wheel", () => {
  it.effect("admits a wheel of the committed sum", () =>
    withWheel((file) =>
      Effect.gen(function*() {
        assert.strictEqual(yield* Wheel.verify(file, false, { "a.whl": sha256 }), sha256)
      })
    ))

  it.effect("refuses an unknown wheel, giving its sum and the way to trust it", () =>
    withWheel((file) =>
      Effect.gen(function*() {
        const refused = yield* Effect.flip(Wheel.verify(file, false, {}))
        assert.isNull(refused.expected)
        assert.include(refused.message, sha256)
        assert.include(refused.message, "--trust")
        assert.strictEqual(yield* Wheel.verify(file, true, {}), sha256)
      })
    ))

  it.effect("refuses another sum than the committed one, trusted or not", () =>
    withWheel((file) =>
      Effect.gen(function*() {
        for (const trust of [false, true]) {
          const refused = yield* Effect.flip(Wheel.verify(file, trust, { "a.whl": "0".repeat(64) }))
          assert.strictEqual(refused.expected, "0".repeat(64))
          assert.notInclude(refused.message, "--trust")
        }
      })
    ))

  it("asks pip for one wheel, whatever the host's Python, and names no index", () => {
    const parameters = Wheel.downloadArguments("tensorflow-cpu", "/x")
    assert.includeMembers([...parameters], ["--no-deps", "--only-binary=:all:", "tensorflow-cpu==2.21.0", "--dest=/x"])
    assert.isFalse(parameters.some((parameter) => /index|find-links|https?:/.test(parameter)))
  })
})

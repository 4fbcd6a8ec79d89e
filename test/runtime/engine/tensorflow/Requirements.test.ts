import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Requirements from "../../../../runtime/engine/tensorflow/Requirements.ts"
import * as Wheel from "../../../../runtime/engine/tensorflow/Wheel.ts"

const size = Wheel.sizes["tensorflow-cpu"]
const good: Requirements.Host = {
  platform: "linux",
  architecture: "x64",
  glibc: "2.36",
  headers: "/include",
  freeBytes: 1e12
}

const withoutPrograms = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = process.env["PATH"]
      process.env["PATH"] = "/nonexistent"
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        process.env["PATH"] = before
      })
  )

const missing = (host: Requirements.Host, present = 0) =>
  Effect.map(Requirements.check(size, host, present), (requirements) =>
    requirements.filter(({ found, name }) => found === null && name !== "g++" && !name.startsWith("python3")))

describe("Requirements", () => {
  it.effect("misses nothing on a host that has all", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* missing(good), [])
    }))

  it.effect("names every missing thing at once, each with the command that supplies it", () =>
    withoutPrograms(Effect.gen(function*() {
      const requirements = yield* Requirements.check(size, { ...good, headers: null }, 0)
      const error = yield* Effect.flip(Requirements.demand(requirements))
      assert.deepStrictEqual(error.missing.map(({ name }) => name), ["g++", "python3 with pip", "Node's headers"])
      assert.include(error.message, "g++: apt-get install g++")
      assert.include(error.message, "python3 with pip: apt-get install python3 python3-pip")
      assert.include(error.message, "npm ci --include=optional")
    })))

  const hosts: ReadonlyArray<readonly [string, Partial<Requirements.Host>, string]> = [
    ["another processor", { architecture: "arm64" }, "linux-arm64"],
    ["musl", { glibc: null }, "musl"],
    ["an old glibc", { glibc: "2.26" }, "2.26"],
    ["a full disk", { freeBytes: 1.1e9 }, "1.10 GB free"]
  ]
  for (const [what, difference, said] of hosts) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function*() {
        const found = yield* missing({ ...good, ...difference })
        assert.strictEqual(found.length, 1)
        assert.include(found[0]?.supply, said)
      }))
  }

  it.effect("asks for less of the disk where an interrupted installation has used some", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* missing({ ...good, freeBytes: 1.1e9 }, 3e8), [])
    }))

  it("describes the running host", () => {
    const host = Requirements.hostOf("/nonexistent/folder")
    assert.strictEqual(host.platform, process.platform)
    assert.isAbove(host.freeBytes, 0)
  })
})

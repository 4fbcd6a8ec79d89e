import { assert, describe, it } from "@effect/vitest"
import * as Result from "effect/Result"
import * as fc from "fast-check"
import * as Policy from "../../dsl/Policy.ts"

const issuesOf = (value: unknown): ReadonlyArray<string> => {
  const decoded = Policy.decode(value)
  return Result.isSuccess(decoded) ? [] : decoded.failure.map(({ message, path }) => `${path}: ${message}`)
}

/** What JavaScript can give that the compiler would have refused. */
const unchecked = (options: unknown): Policy.Policy => Policy.make(options as Parameters<typeof Policy.make>[0])

const policies = fc.record({
  most: fc.record({
    steps: fc.option(fc.integer({ min: 1 })),
    gpuHours: fc.option(fc.double({ min: Number.MIN_VALUE, max: 1e9, noNaN: true })),
    memory: fc.option(fc.integer({ min: 1, max: 99_999 }).map((count) => `${count} GiB`)),
    attempts: fc.option(fc.integer({ min: 1 }))
  }, { requiredKeys: [] }),
  require: fc.record({ clipOnColdStart: fc.boolean(), seedsAtNight: fc.integer({ min: 1 }) }, { requiredKeys: [] }),
  approve: fc.subarray<Policy.Broadening>(["steps", "memory", "clip", "seeds", "triggers"])
}, { requiredKeys: [] })

describe("Policy.make", () => {
  it("is open where nothing is said", () => {
    assert.deepStrictEqual(Policy.make({}), Policy.open)
    assert.deepStrictEqual(Policy.make({ most: { steps: 5 } }).most, { ...Policy.open.most, steps: 5 })
    assert.deepStrictEqual(Policy.make({ require: { seedsAtNight: 3 } }).require, { clipOnColdStart: false, seedsAtNight: 3 })
  })

  it("comes back from JSON as it was made", () =>
    fc.assert(fc.property(policies, (options) => {
      const policy = Policy.make(options)
      assert.deepStrictEqual(Result.getOrThrow(Policy.decode(JSON.parse(JSON.stringify(policy)))), policy)
      assert.isTrue(Policy.isPolicy(policy))
      assert.deepStrictEqual({ ...policy.most, ...options.most }, policy.most)
      assert.deepStrictEqual(policy.approve, options.approve ?? [])
    })))

  it("has everything refused that is wrong, at once and by its path", () => {
    const policy = unchecked({
      most: { steps: 0, memory: "8 GB", hours: 3 },
      require: { clipOnColdStart: "yes" },
      approve: ["steps", "speed"],
      requires: {}
    })
    assert.deepStrictEqual(issuesOf(policy).toSorted(), [
      `approve.1: expected "steps", "memory", "attempts", "clip", "seeds", "expectations", "findings", "triggers" or "host", got "speed"`,
      `most.hours: unknown field "hours"; there are steps, gpuHours, memory, attempts`,
      `most.memory: expected an amount with its unit, such as "8 GiB" or null, got "8 GB"`,
      `most.steps: expected a whole number above 0 or null, got 0`,
      `require.clipOnColdStart: expected true or false, got "yes"`,
      `requires: unknown field "requires"; did you mean "require"?`
    ])
  })

  it("leaves no bound out because it was written as something else", () => {
    for (const wrong of [5, true, null, "400", [400], () => ({ steps: 400 })]) {
      assert.notDeepEqual(issuesOf(unchecked({ most: wrong })), [], `most: ${String(wrong)}`)
      assert.notDeepEqual(issuesOf(unchecked({ require: wrong })), [], `require: ${String(wrong)}`)
      assert.notDeepEqual(issuesOf(unchecked({ approve: wrong })), [], `approve: ${String(wrong)}`)
    }
    for (const wrong of [NaN, Infinity, -1, 1.5]) assert.notDeepEqual(issuesOf(Policy.make({ most: { steps: wrong } })), [])
  })
})

describe("isPolicy", () => {
  it("knows one by its format, and anything else for something else", () => {
    const throws = Object.defineProperty({}, "format", { get: () => assert.fail("read") })
    for (const other of [null, undefined, 1, "ballast.policy/1", {}, { format: "ballast.experiment/1" }, throws]) {
      assert.isFalse(Policy.isPolicy(other))
    }
    assert.isTrue(Policy.isPolicy({ format: "ballast.policy/1" }))
  })
})

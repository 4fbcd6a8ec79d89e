import { assert, describe, it } from "@effect/vitest"
import type { Check } from "../../../../runtime/run/doctor/Check.ts"
import * as Doctor from "../../../../runtime/run/doctor/Doctor.ts"

describe("Doctor", () => {
  it("has checks of different names, each of which its module exports", async () => {
    assert.strictEqual(new Set(Doctor.checks.map(({ name }) => name)).size, Doctor.checks.length)
    for (const { module, name } of Doctor.checks) {
      const { check } = await import(module) as { readonly check: Check }
      assert.strictEqual(check.name, name)
    }
  })
})

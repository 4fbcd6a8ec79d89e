import { describe, it } from "@effect/vitest"
import { judge, pullRequests } from "../e2e/pullRequests.ts"

describe("ballast diff", () => {
  it("judges all pull requests by what they come to", () => judge(pullRequests), 600_000)
})

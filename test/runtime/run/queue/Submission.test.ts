import { assert, describe, it } from "@effect/vitest"
import * as Submission from "../../../../runtime/run/queue/Submission.ts"
import type { Request } from "../../../../runtime/run/Store.ts"
import { origin, submission } from "./queues.ts"

interface Changes {
  readonly seed?: number
  readonly arm?: string
  readonly request?: Partial<Request>
  readonly identity?: Partial<Submission.SubmittedArm["identity"]>
  readonly host?: Parameters<typeof submission>[1]
  readonly ballast?: string
}

/** What is answered by a run of which all is known, with some of it replaced. */
const answer = ({ arm = "only", ballast = "1.0.0", host, identity, request, seed = 0 }: Changes = {}): string | null => {
  const made = submission(1, host, { training: "t", data: "d", ...identity })
  const [declared] = Object.values(made.arms)
  if (declared === undefined) return null
  const asked = { ...made, request: { ...made.request, ...request } }
  return Submission.answerOf({ ...asked, arms: { [arm]: { ...declared, demand: { ...declared.demand, ballast } } } }, { arm, seed })
}

describe("Submission", () => {
  it("names alike what differs in what decides no result", () => {
    const same: ReadonlyArray<Changes> = [
      {},
      { arm: "renamed" },
      { identity: { recipe: "another", graph: "another" } },
      { host: { labels: { gpu: "h200" }, limits: { licences: 1 }, memory: "4 GiB" } },
      { request: { file: "/moved.ts" } }
    ]
    assert.deepStrictEqual(same.map(answer), same.map(() => answer()))
    assert.match(answer() ?? "", /^[0-9a-f]{64}$/)
  })

  it("names differently whatever decides a result", () => {
    const others: ReadonlyArray<Changes> = [
      {},
      { seed: 1 },
      { identity: { training: "u" } },
      { identity: { data: "e" } },
      { ballast: "1.0.1" },
      { request: { engine: "wasm" } },
      { request: { steps: 5 } },
      { request: { injection: "nan@3" } },
      { request: { origin: { ...origin, commit: "beef" } } },
      { request: { origin: { ...origin, dirty: "d1" } } },
      { request: { origin: { ...origin, dirty: "d2" } } }
    ]
    assert.strictEqual(new Set(others.map(answer)).size, others.length)
  })

  it("names nothing where it is not known what decides a result", () => {
    const unknown: ReadonlyArray<Changes> = [
      { identity: { training: null } },
      { identity: { data: null } },
      { request: { origin: { ...origin, commit: null } } }
    ]
    assert.deepStrictEqual(unknown.map(answer), [null, null, null])
  })
})

import type * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Host from "./Host.ts"
import * as Issue from "./Issue.ts"
import * as Quantity from "./Quantity.ts"

const marker = "ballast.policy/1"

const broadenings = ["steps", "memory", "attempts", "clip", "seeds", "expectations", "findings", "triggers", "host"] as const

/** What a change may broaden, and so have somebody look at it who may say so. */
export type Broadening = typeof broadenings[number]

const most = Schema.Struct({
  steps: Schema.NullOr(Quantity.count),
  gpuHours: Schema.NullOr(Quantity.positive),
  memory: Schema.NullOr(Host.memory),
  attempts: Schema.NullOr(Quantity.count)
}).annotate({ expected: "{ steps, gpuHours, memory, attempts }" })

const required = Schema.Struct({
  clipOnColdStart: Schema.Boolean,
  seedsAtNight: Quantity.count
}).annotate({ expected: "{ clipOnColdStart, seedsAtNight }" })

/**
 * What a repository's experiments may take and must have. `most` bounds each arm: optimizer steps, the hours of a GPU that
 * all of its seeds take together, memory by the plan, and attempts, the first one among them; null without a bound.
 * `require` has weights that start at random be clipped, and asks what runs by a cron for so many seeds. `approve` lists
 * what a change may broaden only where somebody approves.
 */
export const Policy = Schema.Struct({
  format: Schema.Literal(marker),
  most,
  require: required,
  approve: Schema.Array(Schema.Literals(broadenings))
})
export type Policy = typeof Policy.Type

/** Bounds nothing, requires nothing, and has nothing approved. */
export const open: Policy = {
  format: marker,
  most: { steps: null, gpuHours: null, memory: null, attempts: null },
  require: { clipOnColdStart: false, seedsAtNight: 1 },
  approve: []
}

/** What is no object is taken as it is, and refused as one. */
const over = <A extends object>(standard: A, given: Partial<A> | null | undefined): A =>
  given === undefined ? standard : typeof given === "object" && given !== null ? { ...standard, ...given } : given as unknown as A

/**
 * Says what a repository's experiments may take: `Policy.make({ most: { steps: 100_000, gpuHours: 24 } })`. It is what
 * `ballast.policy.ts` exports by default, beside the folder `experiments/`.
 */
export const make = (options: {
  readonly most?: Partial<Policy["most"]>
  readonly require?: Partial<Policy["require"]>
  readonly approve?: ReadonlyArray<Broadening>
}): Policy => ({
  ...open,
  // A name that is not there must be refused, and not leave its bound out.
  ...options,
  most: over(open.most, options.most),
  require: over(open.require, options.require)
})

/** Tells whether a value that a file exports is a policy, right or wrong. */
export const isPolicy = (value: unknown): boolean => {
  try {
    return (value as { readonly format?: unknown } | null)?.format === marker
  } catch {
    return false
  }
}

/** Decodes a policy's JSON and reports every issue at once, each with its path, such as `most.steps`. */
export const decode = (json: unknown): Result.Result<Policy, ReadonlyArray<Issue.Issue>> => Issue.decode(Policy, json)

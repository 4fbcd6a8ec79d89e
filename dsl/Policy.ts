import * as Schema from "effect/Schema"
import * as Host from "./Host.ts"
import * as Quantity from "./Quantity.ts"

const marker = "ballast.policy/1"

/** What a change may broaden, and so have somebody look at it who may say so. */
export const broadenings = ["steps", "memory", "attempts", "clip", "expectations", "findings", "triggers", "host"] as const
export type Broadening = typeof broadenings[number]

/**
 * What a repository's experiments may take and must have. `most` bounds each arm: optimizer steps, the hours of a GPU that
 * all of its seeds take together, memory by the plan, and attempts after a fault; null without a bound. `require` says what
 * every one must have; `approve` lists what a pull request may broaden only with an approval.
 */
export const Policy = Schema.Struct({
  format: Schema.Literal(marker),
  most: Schema.Struct({
    steps: Schema.NullOr(Quantity.count),
    gpuHours: Schema.NullOr(Quantity.positive),
    memory: Schema.NullOr(Host.memory),
    attempts: Schema.NullOr(Quantity.count)
  }),
  require: Schema.Struct({
    clipOnColdStart: Schema.Boolean,
    seedsAtNight: Quantity.count
  }),
  approve: Schema.Array(Schema.Literals(broadenings))
})
export type Policy = typeof Policy.Type

/** Bounds nothing, requires nothing, and has nothing approved: what holds where a repository has no policy. */
export const open: Policy = {
  format: marker,
  most: { steps: null, gpuHours: null, memory: null, attempts: null },
  require: { clipOnColdStart: false, seedsAtNight: 1 },
  approve: []
}

/**
 * Says what a repository's experiments may take: `Policy.make({ most: { steps: 100_000, gpuHours: 24 } })`. It is the
 * default export of `ballast.policy.ts` in the repository's root, and of a pull request that of its base counts.
 */
export const make = (options: {
  readonly most?: Partial<Policy["most"]>
  readonly require?: Partial<Policy["require"]>
  readonly approve?: Policy["approve"]
}): Policy => ({
  ...open,
  most: { ...open.most, ...options.most },
  require: { ...open.require, ...options.require },
  approve: options.approve ?? open.approve
})

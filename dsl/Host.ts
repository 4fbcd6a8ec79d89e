import * as Schema from "effect/Schema"
import * as Duration from "./Duration.ts"
import * as Quantity from "./Quantity.ts"
import * as Text from "./Text.ts"

const units = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const
const pattern = /^(\d+(?:\.\d+)?) ?(MiB|GiB|TiB)$/

/** Accepts an amount of memory with its unit, such as `"8 GiB"`. */
export const memory = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (text: string) => Number.isFinite(bytes(text)) && bytes(text) > 0,
  { expected: `an amount with its unit, such as "8 GiB"` }
)))

const line = Schema.String.pipe(Schema.check(Schema.makeFilter(Text.isLine, { expected: "a text in one line" })))

/**
 * What a machine must have to train a recipe, and what an attempt may take of it. `memory` is that of the device that
 * computes, null for whatever is there; an attempt that takes longer than `time` is ended, null for however long; one that
 * shows no sign of life for `silence` is taken to hang. A worker that takes it from a queue must carry the `labels`, and of
 * all runs that name a limit no more than so many run at once, on whatever workers.
 */
export const Host = Schema.Struct({
  memory: Schema.NullOr(memory),
  device: Schema.Literals(["any", "cpu", "gpu"]),
  time: Schema.NullOr(Duration.Duration),
  silence: Duration.Duration,
  labels: Schema.Record(Text.name, line),
  limits: Schema.Record(Text.name, Quantity.count)
})
export type Host = typeof Host.Type

/** Trains wherever an engine is, for however long. */
export const any: Host = { memory: null, device: "any", time: null, silence: "10 minutes", labels: {}, limits: {} }

/** Says what the machine must have, and how long an attempt may take: `Host.make({ memory: "8 GiB", device: "gpu" })`. */
export const make = (options: Partial<Host>): Host => ({ ...any, ...options })

/** Demands a GPU, and what is said of it: `Host.gpu({ memory: "40 GiB", labels: { gpu: "h200" } })`. */
export const gpu = (options: Partial<Omit<Host, "device">> = {}): Host => make({ ...options, device: "gpu" })

/** Counts the bytes of an amount such as `"8 GiB"`. */
export const bytes = (amount: string): number => {
  const [, count = "NaN", unit = "MiB"] = pattern.exec(amount) ?? []
  return Number(count) * units[unit as keyof typeof units]
}

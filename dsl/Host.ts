import * as Schema from "effect/Schema"

const units = { MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 } as const
const pattern = /^(\d+(?:\.\d+)?) ?(MiB|GiB|TiB)$/

/** Accepts an amount of memory with its unit, such as `"8 GiB"`. */
const memory = Schema.String.pipe(Schema.check(Schema.makeFilter(
  (text: string) => Number.isFinite(bytes(text)) && bytes(text) > 0,
  { expected: `an amount with its unit, such as "8 GiB"` }
)))

/** What a machine must have to train a recipe. `memory` is that of the device that computes; null for whatever is there. */
export const Host = Schema.Struct({
  memory: Schema.NullOr(memory),
  device: Schema.Literals(["any", "cpu", "gpu"])
})
export type Host = typeof Host.Type

/** Trains wherever an engine is. */
export const any: Host = { memory: null, device: "any" }

/** Says what the machine must have: `Host.make({ memory: "8 GiB", device: "gpu" })`. */
export const make = (options: { readonly memory?: string | null; readonly device?: Host["device"] }): Host => ({
  ...any,
  ...options
})

/** Counts the bytes of an amount such as `"8 GiB"`. */
export const bytes = (amount: string): number => {
  const [, count = "NaN", unit = "MiB"] = pattern.exec(amount) ?? []
  return Number(count) * units[unit as keyof typeof units]
}

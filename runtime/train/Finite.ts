/**
 * Whether a state can still be trained on.
 */
import type * as Moments from "../optim/Moments.ts"
import type { NamedTensor, State } from "../step/Step.ts"

/** All bits of a float32's exponent: NaN and infinities alone have all of them set. */
const exponent = 0x7f800000

const isFinite = ({ data }: NamedTensor): boolean => {
  const bits = new Int32Array(data.buffer, data.byteOffset, data.length)
  for (let index = 0; index < bits.length; index++) if (((bits[index] ?? 0) & exponent) === exponent) return false
  return true
}

/** A tensor of a state that holds a value that is not finite: what it is, and its address. */
export interface Poisoned {
  readonly what: string
  readonly address: string
}

const bufferNames: Readonly<Record<string, string>> = { mean: "running mean", variance: "running variance" }

const slotNames: Readonly<Record<Moments.Slot, string>> = {
  momentum: "momentum",
  first: "first moment",
  second: "second moment"
}

const lastPart = (name: string, separator: string): string => name.slice(name.lastIndexOf(separator) + 1)

const kinds: ReadonlyArray<readonly [part: "parameters" | "buffers" | "optimizer" | "ema", what: (name: string) => string]> = [
  ["parameters", () => "parameter"],
  ["buffers", (name) => bufferNames[lastPart(name, ".")] ?? "buffer"],
  ["optimizer", (name) => slotNames[lastPart(name, "/") as Moments.Slot] ?? "optimizer's state"],
  ["ema", () => "average"]
]

/** Finds the first tensor of a state that is not finite throughout; null where all are. */
export const poisoned = (state: State): Poisoned | null => {
  for (const [part, what] of kinds) {
    const found = state[part].find((tensor) => !isFinite(tensor))
    if (found !== undefined) return { what: what(found.name), address: found.name }
  }
  return null
}

/**
 * The weights of a checkpoint, counted by section of the net.
 */
import * as path from "node:path"
import { sectionOf } from "../../graph/Sections.ts"
import * as RunFolder from "../../run/RunFolder.ts"
import type { NamedTensor } from "../../step/Step.ts"
import * as Checkpoint from "../../train/Checkpoint.ts"
import * as Summary from "./Summary.ts"

/** Buckets are told apart by a float32's exponent and the highest bits of its fraction: so many to a power of two. */
const fractionBits = 2
const perOctave = 1 << fractionBits
const shift = 23 - fractionBits
const bias = 127
/** Weights of smaller magnitudes lie in one bucket around 0. */
export const smallest = 2 ** -24
const first = (bias + Math.log2(smallest)) * perOctave
/** How many buckets each sign has: up to the last exponent, which infinities and NaN have. */
const perSign = 255 * perOctave - first

const limits = Array.from(
  { length: perSign + 1 },
  (_, index) => smallest * 2 ** Math.floor(index / perOctave) * (1 + (index % perOctave) / perOctave)
)
/** The upper limit of every bucket, ascending; those of either sign mirror each other. */
const uppers = [...limits.slice(0, -1).toReversed().map((limit) => -limit), ...limits]

interface Counted {
  readonly counts: Float64Array
  lowest: number
  highest: number
}

const add = (counted: Counted, values: Float32Array): void => {
  const { counts } = counted
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length)
  for (let index = 0; index < values.length; index++) {
    const pattern = bits[index] ?? 0
    const place = ((pattern & 0x7fffffff) >>> shift) - first
    if (place >= perSign) continue
    const bucket = place < 0 ? perSign : pattern >>> 31 === 1 ? perSign - 1 - place : perSign + 1 + place
    counts[bucket] = (counts[bucket] ?? 0) + 1
    const value = values[index] ?? NaN
    if (value < counted.lowest) counted.lowest = value
    if (value > counted.highest) counted.highest = value
  }
}

/** Counts values, each in one of a fixed number of buckets, without the empty ends. What is not finite is left out; null for none. */
export const bucketsOf = (tensors: ReadonlyArray<Float32Array>): Summary.Buckets | null => {
  const counted: Counted = { counts: new Float64Array(2 * perSign + 1), lowest: Infinity, highest: -Infinity }
  for (const values of tensors) add(counted, values)
  const { counts, highest, lowest } = counted
  const from = counts.findIndex((count) => count > 0)
  if (from < 0) return null
  const to = counts.findLastIndex((count) => count > 0) + 1
  return { lowest, highest, limits: uppers.slice(from, to), counts: [...counts.subarray(from, to)] }
}

/** Whoever writes these has leases to look after meanwhile: 64 million weights take it about a second. */
const mostBytes = 256 << 20
const mostSections = 64

const read = (directory: string): ReadonlyArray<NamedTensor> => {
  try {
    return Checkpoint.weights(directory, mostBytes)
  } catch {
    return []
  }
}

/**
 * Counts the weights that an attempt has kept after so many steps. There are none where the checkpoint is gone, is not
 * whole, or is too large to be read beside a training.
 */
export const of = (attempt: string, step: number): ReadonlyArray<Summary.Value> => {
  if (!Number.isSafeInteger(step)) return []
  const tensors = read(path.join(RunFolder.checkpoints(attempt), Checkpoint.directoryName(step)))
  const sections = Map.groupBy(tensors, ({ name }) => sectionOf(name))
  if (sections.size > mostSections) return []
  return [...sections].flatMap(([section, inside]) => {
    const buckets = bucketsOf(inside.map(({ data }) => data))
    return buckets === null ? [] : [Summary.histogram(`${Summary.weights}${section}`, buckets)]
  })
}

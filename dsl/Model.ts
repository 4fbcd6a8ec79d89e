import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"

/**
 * A YOLOv8 detector on square images. `depth` multiplies block repeats, `width` multiplies channels (at most
 * `maxChannels` before it), `input` is the side in pixels, `regMax` the number of bins of a box side.
 */
export const Yolo = Schema.TaggedStruct("Yolo", {
  depth: Quantity.positiveUpTo(64),
  width: Quantity.positiveUpTo(64),
  maxChannels: Quantity.count,
  input: Quantity.count,
  regMax: Schema.Literal(16)
})
export type Yolo = typeof Yolo.Type

/** The network that is trained, from random weights. */
export const Model = Yolo
export type Model = Yolo

/** The published sizes of the family. */
const sizes = {
  n: { depth: 0.33, width: 0.25, maxChannels: 1024 },
  s: { depth: 0.33, width: 0.5, maxChannels: 1024 },
  m: { depth: 0.67, width: 0.75, maxChannels: 768 },
  l: { depth: 1, width: 1, maxChannels: 512 },
  x: { depth: 1, width: 1.25, maxChannels: 512 }
} as const

export type Size = keyof typeof sizes

/** Describes a YOLOv8 by its published size, or by depth and width multiples of one's own. Classes come from the data. */
export const yolo = (
  options:
    | { readonly size: Size; readonly input: number; readonly depth?: never; readonly width?: never; readonly maxChannels?: never }
    | { readonly size?: never; readonly depth: number; readonly width: number; readonly maxChannels?: number; readonly input: number }
): Yolo => {
  if (options.size === undefined) return { _tag: "Yolo", maxChannels: 1024, regMax: 16, ...options }
  const { size, ...others } = options
  return { _tag: "Yolo", ...sizes[size], regMax: 16, ...others }
}

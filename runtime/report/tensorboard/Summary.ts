/**
 * TensorBoard's messages: values under their tags, and events, which say when they were.
 */
import * as Wire from "../../engine/tensorflow/Wire.ts"

/** One tagged value, encoded. */
export type Value = Wire.Field

const value = (tag: string, ...fields: ReadonlyArray<Wire.Field>): Value =>
  Wire.bytes(1, Wire.bytes(1, tag), ...fields)

/** Makes a scalar, which is kept as float32; NaN and infinities are values like others. */
export const scalar = (tag: string, number: number): Value => value(tag, Wire.float(2, number))

/** Counts of values by bucket: one holds those from the limit of the one before it up to its own; all lie between lowest and highest. */
export interface Buckets {
  readonly lowest: number
  readonly highest: number
  readonly limits: ReadonlyArray<number>
  readonly counts: ReadonlyArray<number>
}

/** Makes a histogram. */
export const histogram = (tag: string, { counts, highest, limits, lowest }: Buckets): Value =>
  value(tag, Wire.bytes(
    5,
    Wire.double(1, lowest),
    Wire.double(2, highest),
    Wire.double(3, counts.reduce((sum, count) => sum + count, 0)),
    Wire.bytes(6, Wire.doubleBytes(limits)),
    Wire.bytes(7, Wire.doubleBytes(counts))
  ))

/** A JPEG, and its size in pixels. */
export interface Jpeg {
  readonly bytes: Uint8Array
  readonly width: number
  readonly height: number
}

const rgb = 3

/** Makes an image. */
export const image = (tag: string, { bytes, height, width }: Jpeg): Value =>
  value(tag, Wire.bytes(4, Wire.integer(1, height), Wire.integer(2, width), Wire.integer(3, rgb), Wire.bytes(4, bytes)))

const stringType = 7

/** Makes a text, which is read as Markdown. */
export const text = (tag: string, markdown: string): Value =>
  value(
    tag,
    Wire.bytes(8, Wire.integer(1, stringType), Wire.bytes(2), Wire.bytes(8, markdown)),
    Wire.bytes(9, Wire.bytes(1, Wire.bytes(1, "text")))
  )

/** What the tags of weights begin with. */
export const weights = "weights/"

/** Encodes when an event was: what it begins with. */
export const moment = (at: number, step: number): Buffer => Buffer.concat([Wire.double(1, at / 1000), Wire.integer(2, step)])

/** Encodes an event of values at a step; `at` is in milliseconds since 1970. */
export const event = (at: number, step: number, values: ReadonlyArray<Value>): Uint8Array =>
  Buffer.concat([moment(at, step), Wire.bytes(5, ...values)])

/** Encodes the event that a file begins with. */
export const version = (at: number): Uint8Array => Buffer.concat([Wire.double(1, at / 1000), Wire.bytes(3, "brain.Event:2")])

const started = 1

/** Encodes that a training begins at a step: what files before it hold from there on was taken again, and is not shown. */
export const start = (at: number, step: number): Uint8Array =>
  Buffer.concat([Wire.double(1, at / 1000), Wire.integer(2, step), Wire.bytes(7, Wire.integer(1, started))])

/**
 * The fields of COCO's entries: each is what it should be, or there are words for what it is instead.
 */
import * as Words from "../../dsl/Words.ts"
import type { Box } from "../detect/AveragePrecision.ts"

/** COCO's own are whole numbers; other sets name images by text. */
export type Id = number | string

export type Fields = Readonly<Record<string, unknown>>

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const isNumber = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value)

export const isId = (value: unknown): value is Id =>
  typeof value === "string" ? value !== "" : Number.isSafeInteger(value)

/** Says what stands where something else was expected. */
export const unexpected = (expected: string, value: unknown): string =>
  value === undefined ? `is missing, expected ${expected}` : `expected ${expected}, got ${Words.show(value)}`

/** Reads a box, or says what is wrong with it. A side of 0 is for the caller to judge. */
export const boxOf = (value: unknown): Box | string => {
  if (!Array.isArray(value) || value.length !== 4) {
    const got = Array.isArray(value) ? `expected x, y, width and height, got a list of ${value.length}` : null
    return got ?? unexpected("a list of x, y, width and height", value)
  }
  const numbers: ReadonlyArray<unknown> = value
  const bad = numbers.find((side) => !isNumber(side))
  if (bad !== undefined) return `expected x, y, width and height as finite numbers, got ${Words.show(bad)} among them`
  const [, , width = 0, height = 0] = value as ReadonlyArray<number>
  return width < 0 || height < 0
    ? `the box is ${width} wide and ${height} high: width and height are at least 0`
    : value as unknown as Box
}

/** Reads an optional number of at least 0; null where there is none. */
export const sizeOf = (value: unknown): number | null | string => {
  if (value === undefined || value === null) return null
  return isNumber(value) && value >= 0 ? value : unexpected("a number of at least 0", value)
}

/** Reads a flag as COCO writes it, 0 or 1; 0 where there is none. */
export const flagOf = (value: unknown): boolean | string => {
  if (value === undefined || value === null || value === 0 || value === false) return false
  return value === 1 || value === true ? true : unexpected("0 or 1", value)
}

/** Reads a finite number. */
export const numberOf = (value: unknown): number | string =>
  isNumber(value) ? value : unexpected("a finite number", value)

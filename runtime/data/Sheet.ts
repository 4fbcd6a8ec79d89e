/**
 * What one sample shows before it is changed: one picture, or several laid out beside each other.
 */
import type { Picture } from "./Picture.ts"

/** The part of a picture that is seen, in its pixels; it may be larger than the picture. */
export interface Window {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

/** A picture, what is seen of it, and where its upper left corner lies on the sheet. */
export interface Part {
  readonly picture: Picture
  readonly window: Window
  readonly left: number
  readonly top: number
}

/** A rectangle of so many pixels. What is seen of one part lies on no other. */
export interface Sheet {
  readonly width: number
  readonly height: number
  readonly parts: ReadonlyArray<Part>
}

/** Sees all of a picture. */
export const everything: Window = { left: -Infinity, top: -Infinity, right: Infinity, bottom: Infinity }

/** Takes a picture as a sheet of its own. */
export const of = (picture: Picture): Sheet => ({
  width: picture.width,
  height: picture.height,
  parts: [{ picture, window: everything, left: 0, top: 0 }]
})

/**
 * Shapes and bars as figures of plane geometry, in whole numbers on a square of their own.
 */
import type * as Dataset from "../../dsl/Dataset.ts"

/** A scene's side in its own units. */
export const side = 0x1_0000

export type Colour = readonly [red: number, green: number, blue: number]

export interface Shape {
  readonly kind: Dataset.Shape
  readonly x: number
  readonly y: number
  /** The radius of the circle through the shape's corners. */
  readonly radius: number
  /** In 64ths of a turn. */
  readonly direction: number
  /** The outline's thickness; 0 for a filled shape. */
  readonly outline: number
  readonly colour: Colour
  /** False where hardly anything of it can be seen. */
  readonly labelled: boolean
}

/** A bar that lies over the shapes. */
export interface Bar {
  readonly x: number
  readonly y: number
  readonly direction: number
  readonly halfLength: number
  readonly halfWidth: number
  readonly colour: Colour
}

/** What sines are multiplied by. */
export const one = 0x4000

/** Sines of 0, 1, 2 … 16 64ths of a turn, times `one`: written out, because Math.sin may differ between machines. */
const quarter = [
  0, 1606, 3196, 4756, 6270, 7723, 9102, 10394, 11585, 12665, 13623, 14449, 15137, 15679, 16069, 16305, 16384
] as const

/** The sine of an angle in 64ths of a turn, times `one`. */
export const sine = (direction: number): number => {
  const turn = direction & 63
  const half = turn & 31
  const value = quarter[half <= 16 ? half : 32 - half] as number
  return turn < 32 ? value : -value
}

/** The cosine of an angle in 64ths of a turn, times `one`. */
export const cosine = (direction: number): number => sine(direction + 16)

/** Half the square root of 3, times `one`. */
export const halfRootThree = 14189

const within = (kind: Dataset.Shape, across: number, along: number, radius: number, inset: number): boolean => {
  switch (kind) {
    case "circle":
      return across * across + along * along <= (radius - inset) * (radius - inset) * one * one
    case "square": {
      const bound = (Math.floor((radius * 11585) / one) - inset) * one
      return Math.abs(across) <= bound && Math.abs(along) <= bound
    }
    case "triangle": {
      const bound = (Math.floor(radius / 2) - inset) * one
      return along <= bound && Math.abs(across) * halfRootThree - along * (one / 2) <= bound * one
    }
  }
}

/** Tells whether a point, in the scene's units, lies on something. */
export type Covers = (x: number, y: number) => boolean

/** Tells which points lie on a shape. The hollow of an outlined shape does not. */
export const coverOf = ({ direction, kind, outline, radius, ...shape }: Shape): Covers => {
  const right = cosine(direction)
  const down = sine(direction)
  return (x, y) => {
    const dx = x - shape.x
    const dy = y - shape.y
    const across = dx * right + dy * down
    const along = dy * right - dx * down
    return within(kind, across, along, radius, 0) && (outline === 0 || !within(kind, across, along, radius, outline))
  }
}

/** Tells which points lie on a bar. */
export const coverOfBar = (bar: Bar): Covers => {
  const right = cosine(bar.direction)
  const down = sine(bar.direction)
  return (x, y) => {
    const dx = x - bar.x
    const dy = y - bar.y
    return Math.abs(dx * right + dy * down) <= bar.halfLength * one
      && Math.abs(dy * right - dx * down) <= bar.halfWidth * one
  }
}

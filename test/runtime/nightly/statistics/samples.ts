import * as fc from "fast-check"

/** Draws a sample, of values that are often equal and sometimes infinite. */
export const sample = (most: number) =>
  fc.array(fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -3, max: 3 }) }, { weight: 4, arbitrary: fc.double({ min: -2, max: 2, noNaN: true }) }, fc.constant(Infinity)), {
    minLength: 1,
    maxLength: most
  })

/** Draws a sample of finite values. */
export const finite = (most: number) => fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 1, maxLength: most })

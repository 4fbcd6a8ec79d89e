/**
 * Changes of hue, saturation and value.
 */

/** `hue` is added, as a share of the colour circle; `saturation` and `value` multiply. */
export interface Change {
  readonly hue: number
  readonly saturation: number
  readonly value: number
}

const top = 255

/**
 * Changes the colours of RGB floats in 0..255, from `start` to before `end`, and leaves them in 0..1. Saturation and
 * value are cut off at their largest.
 */
export const change = (pixels: Float32Array, start: number, end: number, { hue, saturation, value }: Change): void => {
  // In sextants of the circle.
  const turn = ((hue * 6) % 6 + 6) % 6
  for (let offset = start; offset < end; offset += 3) {
    const red = pixels[offset] as number
    const green = pixels[offset + 1] as number
    const blue = pixels[offset + 2] as number
    const most = red > green ? (red > blue ? red : blue) : (green > blue ? green : blue)
    const least = red < green ? (red < blue ? red : blue) : (green < blue ? green : blue)
    const spread = most - least
    const bright = most * value
    const high = bright >= top ? 1 : bright / top
    if (spread === 0) {
      pixels[offset] = high
      pixels[offset + 1] = high
      pixels[offset + 2] = high
      continue
    }
    const saturated = (spread / most) * saturation
    const reach = saturated >= 1 ? high : high * saturated
    const low = high - reach
    let place = turn
    if (red === most) place += (green - blue) / spread
    else if (green === most) place += 2 + (blue - red) / spread
    else place += 4 + (red - green) / spread
    if (place < 0) place += 6
    else if (place >= 6) place -= 6
    const sextant = place | 0
    const rising = low + reach * (place - sextant)
    const falling = high - reach * (place - sextant)
    pixels[offset] = sextant === 0 || sextant === 5 ? high : sextant === 1 ? falling : sextant === 4 ? rising : low
    pixels[offset + 1] = sextant === 1 || sextant === 2 ? high : sextant === 0 ? rising : sextant === 3 ? falling : low
    pixels[offset + 2] = sextant === 3 || sextant === 4 ? high : sextant === 2 ? rising : sextant === 5 ? falling : low
  }
}

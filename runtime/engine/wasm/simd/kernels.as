// Kernels on the memory of tfjs's wasm backend. Addresses are bytes; tensors are float32, rows by channels, packed.
// Channels that are left over after fours go one by one through the same vector code, in its first lane.

// @ts-ignore: decorator
@inline const VECTOR: usize = 16
// @ts-ignore: decorator
@inline const FLOAT: usize = 4

/** Rows that are summed up in one float32 before the partial sums are: keeps rounding from growing with the batch. */
// @ts-ignore: decorator
@inline const BLOCK: i32 = 128

// @ts-ignore: decorator
@inline
function get(at: usize, wide: bool): v128 {
  return wide ? v128.load(at) : v128.load32_zero(at)
}

// @ts-ignore: decorator
@inline
function put(at: usize, value: v128, wide: bool): void {
  if (wide) v128.store(at, value)
  else v128.store32_lane(at, value, 0)
}

/**
 * The exponential to about 2 units in the last place (the polynomial is Cephes's expf). Infinity above 88.4; never 0, so
 * that no product with it hides an infinity; NaN stays NaN.
 */
// @ts-ignore: decorator
@inline
function exp(x: v128): v128 {
  // pmin and pmax keep a NaN in their first operand, and are one instruction where min and max are several.
  const bounded = f32x4.pmax(f32x4.pmin(x, f32x4.splat(89)), f32x4.splat(-87))
  // Added to 1.5 * 2^23, a number is rounded to a whole one, which then stands in the sum's last bits.
  const shifted = f32x4.add(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)), f32x4.splat(12582912))
  const power = f32x4.sub(shifted, f32x4.splat(12582912))
  let r = f32x4.sub(bounded, f32x4.mul(power, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(power, f32x4.splat(-2.12194440e-4)))
  let p = f32x4.splat(1.9875691500e-4)
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1))
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1))
  const scale = i32x4.shl(i32x4.add(shifted, i32x4.splat(127)), 23)
  return f32x4.mul(p, scale)
}

// @ts-ignore: decorator
@inline
function sigmoid(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))))
}

// @ts-ignore: decorator
@inline
function siluOf(x: v128): v128 {
  return f32x4.div(x, f32x4.add(f32x4.splat(1), exp(f32x4.neg(x))))
}

/** The derivative of x s(x): s (1 + x (1 - s)). */
// @ts-ignore: decorator
@inline
function siluSlope(x: v128): v128 {
  const s = sigmoid(x)
  return f32x4.mul(s, f32x4.add(f32x4.splat(1), f32x4.mul(x, f32x4.sub(f32x4.splat(1), s))))
}

export function silu(x: usize, y: usize, count: i32): void {
  const end = x + <usize>(count & ~3) * FLOAT
  for (; x < end; x += VECTOR, y += VECTOR) v128.store(y, siluOf(v128.load(x)))
  for (let rest = count & 3; rest > 0; rest--, x += FLOAT, y += FLOAT) put(y, siluOf(get(x, false)), false)
}

export function siluGradient(x: usize, upstream: usize, dx: usize, count: i32): void {
  const end = x + <usize>(count & ~3) * FLOAT
  for (; x < end; x += VECTOR, upstream += VECTOR, dx += VECTOR) {
    v128.store(dx, f32x4.mul(v128.load(upstream), siluSlope(v128.load(x))))
  }
  for (let rest = count & 3; rest > 0; rest--, x += FLOAT, upstream += FLOAT, dx += FLOAT) {
    put(dx, f32x4.mul(get(upstream, false), siluSlope(get(x, false))), false)
  }
}

/** The sums over rows of one to four channels. */
// @ts-ignore: decorator
@inline
function columnSum(x: usize, rows: i32, stride: usize, wide: bool): v128 {
  let sum = f32x4.splat(0)
  for (let row = 0; row < rows;) {
    let block = f32x4.splat(0)
    for (const end = min(row + BLOCK, rows); row < end; row++, x += stride) block = f32x4.add(block, get(x, wide))
    sum = f32x4.add(sum, block)
  }
  return sum
}

// @ts-ignore: decorator
@inline
function normStrip(
  x: usize, gamma: usize, beta: usize, oldMean: usize, oldVariance: usize,
  y: usize, mean: usize, scale: usize, newMean: usize, newVariance: usize,
  rows: i32, stride: usize, epsilon: f32, momentum: f32, withSilu: bool, wide: bool
): void {
  const share = f32x4.splat(1 / <f32>rows)
  const m = f32x4.mul(columnSum(x, rows, stride, wide), share)
  let squares = f32x4.splat(0)
  let at = x
  for (let row = 0; row < rows;) {
    let block = f32x4.splat(0)
    for (const end = min(row + BLOCK, rows); row < end; row++, at += stride) {
      const off = f32x4.sub(get(at, wide), m)
      block = f32x4.add(block, f32x4.mul(off, off))
    }
    squares = f32x4.add(squares, block)
  }
  const variance = f32x4.mul(squares, share)
  const s = f32x4.div(f32x4.splat(1), f32x4.sqrt(f32x4.add(variance, f32x4.splat(epsilon))))
  put(mean, m, wide)
  put(scale, s, wide)
  const kept = f32x4.splat(1 - momentum)
  const unbiased = f32x4.mul(squares, f32x4.splat(1 / <f32>max(rows - 1, 1)))
  put(newMean, f32x4.add(f32x4.mul(get(oldMean, wide), kept), f32x4.mul(m, f32x4.splat(momentum))), wide)
  put(newVariance, f32x4.add(f32x4.mul(get(oldVariance, wide), kept), f32x4.mul(unbiased, f32x4.splat(momentum))), wide)
  const factor = f32x4.mul(s, get(gamma, wide))
  const offset = get(beta, wide)
  for (let row = 0; row < rows; row++, x += stride, y += stride) {
    const u = f32x4.add(f32x4.mul(f32x4.sub(get(x, wide), m), factor), offset)
    put(y, withSilu ? siluOf(u) : u, wide)
  }
}

/** Batch norm in training, with SiLU behind it where asked for. `mean` and `scale` (1 / deviation) are for the gradient. */
export function norm(
  x: usize, gamma: usize, beta: usize, oldMean: usize, oldVariance: usize,
  y: usize, mean: usize, scale: usize, newMean: usize, newVariance: usize,
  rows: i32, channels: i32, epsilon: f32, momentum: f32, withSilu: bool
): void {
  const stride = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  let c: usize = 0
  if (withSilu) {
    for (; c < wideEnd; c += VECTOR) {
      normStrip(x + c, gamma + c, beta + c, oldMean + c, oldVariance + c, y + c, mean + c, scale + c, newMean + c,
        newVariance + c, rows, stride, epsilon, momentum, true, true)
    }
    for (; c < stride; c += FLOAT) {
      normStrip(x + c, gamma + c, beta + c, oldMean + c, oldVariance + c, y + c, mean + c, scale + c, newMean + c,
        newVariance + c, rows, stride, epsilon, momentum, true, false)
    }
  } else {
    for (; c < wideEnd; c += VECTOR) {
      normStrip(x + c, gamma + c, beta + c, oldMean + c, oldVariance + c, y + c, mean + c, scale + c, newMean + c,
        newVariance + c, rows, stride, epsilon, momentum, false, true)
    }
    for (; c < stride; c += FLOAT) {
      normStrip(x + c, gamma + c, beta + c, oldMean + c, oldVariance + c, y + c, mean + c, scale + c, newMean + c,
        newVariance + c, rows, stride, epsilon, momentum, false, false)
    }
  }
}

// @ts-ignore: decorator
@inline
function normGradientStrip(
  x: usize, gamma: usize, beta: usize, mean: usize, scale: usize, upstream: usize,
  dx: usize, dgamma: usize, dbeta: usize,
  rows: i32, stride: usize, withSilu: bool, wide: bool
): void {
  const m = get(mean, wide)
  const s = get(scale, wide)
  const g = get(gamma, wide)
  const b = get(beta, wide)
  let sum = f32x4.splat(0)
  let product = f32x4.splat(0)
  let at = x
  let to = dx
  for (let row = 0; row < rows;) {
    let blockSum = f32x4.splat(0)
    let blockProduct = f32x4.splat(0)
    for (const end = min(row + BLOCK, rows); row < end; row++, at += stride, to += stride, upstream += stride) {
      const h = f32x4.mul(f32x4.sub(get(at, wide), m), s)
      let d = get(upstream, wide)
      if (withSilu) {
        d = f32x4.mul(d, siluSlope(f32x4.add(f32x4.mul(h, g), b)))
        put(to, d, wide)
      }
      blockSum = f32x4.add(blockSum, d)
      blockProduct = f32x4.add(blockProduct, f32x4.mul(d, h))
    }
    sum = f32x4.add(sum, blockSum)
    product = f32x4.add(product, blockProduct)
  }
  put(dbeta, sum, wide)
  put(dgamma, product, wide)
  const share = f32x4.splat(1 / <f32>rows)
  const factor = f32x4.mul(g, s)
  const meanSum = f32x4.mul(sum, share)
  const meanProduct = f32x4.mul(f32x4.mul(product, share), s)
  // Where SiLU follows, dx holds the gradient behind it by now.
  let from = withSilu ? dx : upstream - stride * <usize>rows
  for (let row = 0; row < rows; row++, x += stride, dx += stride, from += stride) {
    const along = f32x4.mul(f32x4.sub(get(x, wide), m), meanProduct)
    put(dx, f32x4.mul(factor, f32x4.sub(f32x4.sub(get(from, wide), meanSum), along)), wide)
  }
}

/** The gradients of `norm` by its input, gamma and beta. */
export function normGradient(
  x: usize, gamma: usize, beta: usize, mean: usize, scale: usize, upstream: usize,
  dx: usize, dgamma: usize, dbeta: usize, rows: i32, channels: i32, withSilu: bool
): void {
  const stride = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  let c: usize = 0
  if (withSilu) {
    for (; c < wideEnd; c += VECTOR) {
      normGradientStrip(x + c, gamma + c, beta + c, mean + c, scale + c, upstream + c, dx + c, dgamma + c, dbeta + c,
        rows, stride, true, true)
    }
    for (; c < stride; c += FLOAT) {
      normGradientStrip(x + c, gamma + c, beta + c, mean + c, scale + c, upstream + c, dx + c, dgamma + c, dbeta + c,
        rows, stride, true, false)
    }
  } else {
    for (; c < wideEnd; c += VECTOR) {
      normGradientStrip(x + c, gamma + c, beta + c, mean + c, scale + c, upstream + c, dx + c, dgamma + c, dbeta + c,
        rows, stride, false, true)
    }
    for (; c < stride; c += FLOAT) {
      normGradientStrip(x + c, gamma + c, beta + c, mean + c, scale + c, upstream + c, dx + c, dgamma + c, dbeta + c,
        rows, stride, false, false)
    }
  }
}

/** y = x * factor + offset by channel: batch norm by running statistics, and bias. */
export function affine(x: usize, factor: usize, offset: usize, y: usize, rows: i32, channels: i32): void {
  const stride = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  for (; rows > 0; rows--) {
    let c: usize = 0
    for (; c < wideEnd; c += VECTOR) {
      v128.store(y + c, f32x4.add(f32x4.mul(v128.load(x + c), v128.load(factor + c)), v128.load(offset + c)))
    }
    for (; c < stride; c += FLOAT) store<f32>(y + c, load<f32>(x + c) * load<f32>(factor + c) + load<f32>(offset + c))
    x += stride
    y += stride
  }
}

export function addBias(x: usize, bias: usize, y: usize, rows: i32, channels: i32): void {
  const stride = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  for (; rows > 0; rows--) {
    let c: usize = 0
    for (; c < wideEnd; c += VECTOR) v128.store(y + c, f32x4.add(v128.load(x + c), v128.load(bias + c)))
    for (; c < stride; c += FLOAT) store<f32>(y + c, load<f32>(x + c) + load<f32>(bias + c))
    x += stride
    y += stride
  }
}

/** Copies blocks of bytes from rows of one length to rows of another. */
export function copyRows(from: usize, fromStride: usize, to: usize, toStride: usize, bytes: usize, rows: i32): void {
  for (; rows > 0; rows--, from += fromStride, to += toStride) {
    let at: usize = 0
    for (const end = bytes & ~15; at < end; at += VECTOR) v128.store(to + at, v128.load(from + at))
    for (; at < bytes; at += FLOAT) store<u32>(to + at, load<u32>(from + at))
  }
}

/**
 * Spreads a tensor over a larger shape of four axes: strides are in bytes, 0 where a value is repeated. The last axis is
 * either whole or one value.
 */
export function expand(
  x: usize, y: usize, d0: i32, d1: i32, d2: i32, d3: i32, s0: usize, s1: usize, s2: usize, s3: usize
): void {
  for (let i = 0; i < d0; i++) {
    for (let j = 0; j < d1; j++) {
      for (let k = 0; k < d2; k++) {
        const from = x + <usize>i * s0 + <usize>j * s1 + <usize>k * s2
        if (s3 !== 0) copyRows(from, 0, y, 0, <usize>d3 * FLOAT, 1)
        else {
          const value = v128.load32_splat(from)
          let at: usize = 0
          for (const wide = <usize>(d3 & ~3) * FLOAT; at < wide; at += VECTOR) v128.store(y + at, value)
          for (const end = <usize>d3 * FLOAT; at < end; at += FLOAT) v128.store32_lane(y + at, value, 0)
        }
        y += <usize>d3 * FLOAT
      }
    }
  }
}

// Unlike tfjs's, these are NaN wherever an operand is.

export function minimum(x: usize, y: usize, to: usize, count: i32): void {
  const end = x + <usize>(count & ~3) * FLOAT
  for (; x < end; x += VECTOR, y += VECTOR, to += VECTOR) v128.store(to, f32x4.min(v128.load(x), v128.load(y)))
  for (let rest = count & 3; rest > 0; rest--, x += FLOAT, y += FLOAT, to += FLOAT) {
    put(to, f32x4.min(get(x, false), get(y, false)), false)
  }
}

export function maximum(x: usize, y: usize, to: usize, count: i32): void {
  const end = x + <usize>(count & ~3) * FLOAT
  for (; x < end; x += VECTOR, y += VECTOR, to += VECTOR) v128.store(to, f32x4.max(v128.load(x), v128.load(y)))
  for (let rest = count & 3; rest > 0; rest--, x += FLOAT, y += FLOAT, to += FLOAT) {
    put(to, f32x4.max(get(x, false), get(y, false)), false)
  }
}

export function clip(x: usize, y: usize, count: i32, low: f32, high: f32): void {
  const end = x + <usize>(count & ~3) * FLOAT
  const least = f32x4.splat(low)
  const most = f32x4.splat(high)
  for (; x < end; x += VECTOR, y += VECTOR) v128.store(y, f32x4.min(f32x4.max(v128.load(x), least), most))
  for (let rest = count & 3; rest > 0; rest--, x += FLOAT, y += FLOAT) {
    put(y, f32x4.min(f32x4.max(get(x, false), least), most), false)
  }
}

/** Repeats every cell twice in both directions. `cells` are rows of the input, over all images. */
export function upsample(x: usize, y: usize, lines: i32, width: i32, channels: i32): void {
  const bytes = <usize>channels * FLOAT
  const line = bytes * <usize>width * 2
  for (; lines > 0; lines--) {
    for (let cell = 0; cell < width; cell++, x += bytes, y += 2 * bytes) {
      copyRows(x, 0, y, bytes, bytes, 2)
      copyRows(x, 0, y + line, bytes, bytes, 2)
    }
    y += line
  }
}

/** Sums up the four cells that `upsample` made of one. */
export function upsampleGradient(upstream: usize, dx: usize, lines: i32, width: i32, channels: i32): void {
  const bytes = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  const line = bytes * <usize>width * 2
  for (; lines > 0; lines--) {
    for (let cell = 0; cell < width; cell++, dx += bytes, upstream += 2 * bytes) {
      const below = upstream + line
      let c: usize = 0
      for (; c < wideEnd; c += VECTOR) {
        const upper = f32x4.add(v128.load(upstream + c), v128.load(upstream + bytes + c))
        v128.store(dx + c, f32x4.add(upper, f32x4.add(v128.load(below + c), v128.load(below + bytes + c))))
      }
      for (; c < bytes; c += FLOAT) {
        store<f32>(dx + c, load<f32>(upstream + c) + load<f32>(upstream + bytes + c)
          + (load<f32>(below + c) + load<f32>(below + bytes + c)))
      }
    }
    upstream += line
  }
}

// @ts-ignore: decorator
@inline
function poolCells(
  x: usize, y: usize, upstream: usize, dx: usize, height: i32, width: i32, bytes: usize, size: i32, backward: bool, wide: bool
): void {
  const reach = size >> 1
  for (let row = 0; row < height; row++) {
    const top = max(row - reach, 0)
    const bottom = min(row + reach + 1, height)
    for (let column = 0; column < width; column++) {
      const left = max(column - reach, 0)
      const right = min(column + reach + 1, width)
      let best = f32x4.splat(-Infinity)
      let place = i32x4.splat(top * width + left)
      for (let i = top; i < bottom; i++) {
        for (let j = left; j < right; j++) {
          const cell = i * width + j
          const value = get(x + <usize>cell * bytes, wide)
          // A NaN is taken as the greatest, so that it gets through; the first of equal values stays.
          const better = v128.or(f32x4.gt(value, best), f32x4.ne(value, value))
          best = v128.bitselect(value, best, better)
          place = v128.bitselect(i32x4.splat(cell), place, better)
        }
      }
      const here = <usize>(row * width + column) * bytes
      if (!backward) put(y + here, best, wide)
      else {
        add(dx + <usize>i32x4.extract_lane(place, 0) * bytes, upstream + here)
        if (wide) {
          add(dx + FLOAT + <usize>i32x4.extract_lane(place, 1) * bytes, upstream + FLOAT + here)
          add(dx + 2 * FLOAT + <usize>i32x4.extract_lane(place, 2) * bytes, upstream + 2 * FLOAT + here)
          add(dx + 3 * FLOAT + <usize>i32x4.extract_lane(place, 3) * bytes, upstream + 3 * FLOAT + here)
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function add(to: usize, from: usize): void {
  store<f32>(to, load<f32>(to) + load<f32>(from))
}

/** Maxima over square windows at stride 1, cut at the edges. */
export function maxPool(x: usize, y: usize, images: i32, height: i32, width: i32, channels: i32, size: i32): void {
  const bytes = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  const image = bytes * <usize>(height * width)
  for (; images > 0; images--, x += image, y += image) {
    let c: usize = 0
    for (; c < wideEnd; c += VECTOR) poolCells(x + c, y + c, 0, 0, height, width, bytes, size, false, true)
    for (; c < bytes; c += FLOAT) poolCells(x + c, y + c, 0, 0, height, width, bytes, size, false, false)
  }
}

/** Gives every window's gradient to its first maximum. */
export function maxPoolGradient(
  x: usize, upstream: usize, dx: usize, images: i32, height: i32, width: i32, channels: i32, size: i32
): void {
  const bytes = <usize>channels * FLOAT
  const wideEnd = <usize>(channels & ~3) * FLOAT
  const image = bytes * <usize>(height * width)
  memory.fill(dx, 0, image * <usize>images)
  for (; images > 0; images--, x += image, upstream += image, dx += image) {
    let c: usize = 0
    for (; c < wideEnd; c += VECTOR) poolCells(x + c, 0, upstream + c, dx + c, height, width, bytes, size, true, true)
    for (; c < bytes; c += FLOAT) poolCells(x + c, 0, upstream + c, dx + c, height, width, bytes, size, true, false)
  }
}

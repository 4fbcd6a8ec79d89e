// Sums over axes side by side. Addresses are bytes; tensors are float32, packed.

// @ts-ignore: decorator
@inline const VECTOR: usize = 16
// @ts-ignore: decorator
@inline const FLOAT: usize = 4

/** Vectors that are added up in float32 before they go into a float64: rounding does not grow with the tensor. */
// @ts-ignore: decorator
@inline const BLOCK: i32 = 64

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

/** The sum of values one behind the other. */
// @ts-ignore: decorator
@inline
function line(x: usize, count: i32): f64 {
  let sum: f64 = 0
  while (count >= 4) {
    let block = f32x4.splat(0)
    for (let left = min(count >> 2, BLOCK); left > 0; left--, count -= 4, x += VECTOR) {
      block = f32x4.add(block, v128.load(x))
    }
    sum += (<f64>f32x4.extract_lane(block, 0) + <f64>f32x4.extract_lane(block, 1))
      + (<f64>f32x4.extract_lane(block, 2) + <f64>f32x4.extract_lane(block, 3))
  }
  for (; count > 0; count--, x += FLOAT) sum += <f64>load<f32>(x)
  return sum
}

/** The sums over rows of one to four columns. */
// @ts-ignore: decorator
@inline
function columns(x: usize, y: usize, rows: i32, stride: usize, wide: bool): void {
  let low = f64x2.splat(0)
  let high = f64x2.splat(0)
  for (let row = 0; row < rows;) {
    let block = f32x4.splat(0)
    for (const end = min(row + BLOCK, rows); row < end; row++, x += stride) block = f32x4.add(block, get(x, wide))
    low = f64x2.add(low, f64x2.promote_low_f32x4(block))
    if (wide) high = f64x2.add(high, f64x2.promote_low_f32x4(v128.shuffle<f64>(block, block, 1, 0)))
  }
  put(y, v128.shuffle<f64>(f32x4.demote_f64x2_zero(low), f32x4.demote_f64x2_zero(high), 0, 2), wide)
}

/** Sums up the middle one of three axes. */
export function sum(x: usize, y: usize, outer: i32, summed: i32, inner: i32): void {
  const stride = <usize>inner * FLOAT
  const wideEnd = <usize>(inner & ~3) * FLOAT
  for (; outer > 0; outer--, x += stride * <usize>summed, y += stride) {
    if (inner === 1) store<f32>(y, <f32>line(x, summed))
    else {
      let c: usize = 0
      for (; c < wideEnd; c += VECTOR) columns(x + c, y + c, summed, stride, true)
      for (; c < stride; c += FLOAT) columns(x + c, y + c, summed, stride, false)
    }
  }
}

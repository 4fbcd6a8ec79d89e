// The update of one tensor of the state in place. Addresses are bytes; tensors are float32.

// @ts-ignore: decorator
@inline const VECTOR: usize = 16
// @ts-ignore: decorator
@inline const FLOAT: usize = 4

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

/** The sum of squares, infinite where one overflows float32; no float32 partial sum spans more than 256 values. */
export function sumOfSquares(x: usize, count: i32): f64 {
  let sum: f64 = 0
  while (count >= 4) {
    let part = f32x4.splat(0)
    for (let left = min(count >> 2, 64); left > 0; left--, count -= 4, x += VECTOR) {
      const value = v128.load(x)
      part = f32x4.add(part, f32x4.mul(value, value))
    }
    sum += <f64>f32x4.extract_lane(part, 0) + <f64>f32x4.extract_lane(part, 1)
      + <f64>f32x4.extract_lane(part, 2) + <f64>f32x4.extract_lane(part, 3)
  }
  for (; count > 0; count--, x += FLOAT) sum += <f64>(load<f32>(x) * load<f32>(x))
  return sum
}

// @ts-ignore: decorator
@inline
function sgdAt(
  weight: usize, velocity: usize, gradient: usize, coefficient: v128, rate: v128, momentum: v128, decay: v128,
  nesterov: bool, wide: bool
): void {
  const w = get(weight, wide)
  const g = f32x4.add(f32x4.mul(get(gradient, wide), coefficient), f32x4.mul(w, decay))
  const v = f32x4.add(f32x4.mul(get(velocity, wide), momentum), g)
  const direction = nesterov ? f32x4.add(g, f32x4.mul(v, momentum)) : v
  put(velocity, v, wide)
  put(weight, f32x4.sub(w, f32x4.mul(direction, rate)), wide)
}

export function sgd(
  weight: usize, velocity: usize, gradient: usize, count: i32, coefficient: f32, rate: f32, momentum: f32, decay: f32,
  nesterov: bool
): void {
  const c = f32x4.splat(coefficient), r = f32x4.splat(rate), m = f32x4.splat(momentum), d = f32x4.splat(decay)
  for (; count >= 4; count -= 4, weight += VECTOR, velocity += VECTOR, gradient += VECTOR) {
    sgdAt(weight, velocity, gradient, c, r, m, d, nesterov, true)
  }
  for (; count > 0; count--, weight += FLOAT, velocity += FLOAT, gradient += FLOAT) {
    sgdAt(weight, velocity, gradient, c, r, m, d, nesterov, false)
  }
}

// @ts-ignore: decorator
@inline
function adamAt(
  weight: usize, first: usize, second: usize, gradient: usize, coefficient: v128, rate: v128, beta1: v128, rest1: v128,
  beta2: v128, rest2: v128, epsilon: v128, root: v128, decay: v128, kept: v128, wide: bool
): void {
  const w = f32x4.mul(get(weight, wide), kept)
  const g = f32x4.add(f32x4.mul(get(gradient, wide), coefficient), f32x4.mul(w, decay))
  const m = f32x4.add(f32x4.mul(get(first, wide), beta1), f32x4.mul(g, rest1))
  const v = f32x4.add(f32x4.mul(get(second, wide), beta2), f32x4.mul(f32x4.mul(g, g), rest2))
  put(first, m, wide)
  put(second, v, wide)
  const scale = f32x4.add(f32x4.mul(f32x4.sqrt(v), root), epsilon)
  put(weight, f32x4.sub(w, f32x4.mul(f32x4.div(m, scale), rate)), wide)
}

/**
 * Adam. `rate` is corrected for the first moment, `root` is 1 / sqrt of the second's correction; `decay` is part of the
 * gradient, `kept` what decay of AdamW's kind leaves of the weight.
 */
export function adam(
  weight: usize, first: usize, second: usize, gradient: usize, count: i32, coefficient: f32, rate: f32,
  beta1: f32, rest1: f32, beta2: f32, rest2: f32, epsilon: f32, root: f32, decay: f32, kept: f32
): void {
  const c = f32x4.splat(coefficient), r = f32x4.splat(rate), e = f32x4.splat(epsilon), s = f32x4.splat(root)
  const b1 = f32x4.splat(beta1), r1 = f32x4.splat(rest1), b2 = f32x4.splat(beta2), r2 = f32x4.splat(rest2)
  const d = f32x4.splat(decay), k = f32x4.splat(kept)
  for (; count >= 4; count -= 4, weight += VECTOR, first += VECTOR, second += VECTOR, gradient += VECTOR) {
    adamAt(weight, first, second, gradient, c, r, b1, r1, b2, r2, e, s, d, k, true)
  }
  for (; count > 0; count--, weight += FLOAT, first += FLOAT, second += FLOAT, gradient += FLOAT) {
    adamAt(weight, first, second, gradient, c, r, b1, r1, b2, r2, e, s, d, k, false)
  }
}

/** Moves a mean towards a value: `mean - (mean - value) * share`. */
export function approach(mean: usize, value: usize, count: i32, share: f32): void {
  const s = f32x4.splat(share)
  for (; count >= 4; count -= 4, mean += VECTOR, value += VECTOR) {
    const m = v128.load(mean)
    v128.store(mean, f32x4.sub(m, f32x4.mul(f32x4.sub(m, v128.load(value)), s)))
  }
  for (; count > 0; count--, mean += FLOAT, value += FLOAT) {
    const m = get(mean, false)
    put(mean, f32x4.sub(m, f32x4.mul(f32x4.sub(m, get(value, false)), s)), false)
  }
}

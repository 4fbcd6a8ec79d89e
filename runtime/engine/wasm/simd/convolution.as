// Convolutions as sums over taps of products of matrices, without packing: four output cells by eight output channels
// are held in registers while taps and input channels go by. Addresses are bytes; tensors are float32, NHWC and HWIO.

// @ts-ignore: decorator
@inline const VECTOR: usize = 16
// @ts-ignore: decorator
@inline const FLOAT: usize = 4
// @ts-ignore: decorator
@inline const WORD: usize = 4

/** Cells summed up in registers before they are added to memory: keeps rounding from growing with the batch. */
// @ts-ignore: decorator
@inline const CHUNK: i32 = 256

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

// @ts-ignore: decorator
@inline
function more(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b))
}

/**
 * Four cells by eight, four or one output channels. `table` holds, for every tap, the addresses of the four cells' input
 * and of the tap's weights; `outputs` the addresses of the four cells' output.
 */
// @ts-ignore: decorator
@inline
function tile(
  table: usize, taps: i32, outputs: usize, channel: usize, inputBytes: usize, weightStride: usize, two: bool, wide: bool
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0)
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0)
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0)
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0)
  for (; taps > 0; taps--, table += 5 * WORD) {
    let a = load<usize>(table)
    let b = load<usize>(table, WORD)
    let c = load<usize>(table, 2 * WORD)
    let d = load<usize>(table, 3 * WORD)
    let w = load<usize>(table, 4 * WORD) + channel
    for (const end = a + inputBytes; a < end; a += FLOAT, b += FLOAT, c += FLOAT, d += FLOAT, w += weightStride) {
      const w0 = get(w, wide)
      const w1 = two ? v128.load(w, VECTOR) : w0
      const x0 = v128.load32_splat(a)
      a0 = more(a0, x0, w0)
      if (two) a1 = more(a1, x0, w1)
      const x1 = v128.load32_splat(b)
      b0 = more(b0, x1, w0)
      if (two) b1 = more(b1, x1, w1)
      const x2 = v128.load32_splat(c)
      c0 = more(c0, x2, w0)
      if (two) c1 = more(c1, x2, w1)
      const x3 = v128.load32_splat(d)
      d0 = more(d0, x3, w0)
      if (two) d1 = more(d1, x3, w1)
    }
  }
  const a = load<usize>(outputs) + channel
  const b = load<usize>(outputs, WORD) + channel
  const c = load<usize>(outputs, 2 * WORD) + channel
  const d = load<usize>(outputs, 3 * WORD) + channel
  put(a, a0, wide)
  put(b, b0, wide)
  put(c, c0, wide)
  put(d, d0, wide)
  if (two) {
    v128.store(a + VECTOR, a1)
    v128.store(b + VECTOR, b1)
    v128.store(c + VECTOR, c1)
    v128.store(d + VECTOR, d1)
  }
}

/**
 * Computes the cells `first + outStep * grid` of y from the cells `step * grid + tap` of x. `scratch` holds the taps, each
 * as row, column and weights, and has room for the table behind them; `zeros` is as long as a cell of x.
 */
function gather(
  x: usize, height: i32, width: i32, channels: i32, y: usize, yHeight: i32, yWidth: i32, filters: i32,
  images: i32, rows: i32, columns: i32, step: i32, outStep: i32, firstRow: i32, firstColumn: i32,
  taps: i32, scratch: usize, zeros: usize
): void {
  const bytes = <usize>channels * FLOAT
  const filterBytes = <usize>filters * FLOAT
  const outputs = scratch + <usize>taps * 3 * WORD
  const table = outputs + 4 * WORD
  const total = images * rows * columns
  let image = 0, row = 0, column = 0
  for (let cell = 0; cell < total; cell += 4) {
    for (let lane: usize = 0; lane < 4; lane++) {
      const source = x + <usize>(image * height) * <usize>width * bytes
      let at = scratch
      let entry = table + lane * WORD
      for (let tap = 0; tap < taps; tap++, at += 3 * WORD, entry += 5 * WORD) {
        const i = row * step + load<i32>(at)
        const j = column * step + load<i32>(at, WORD)
        const seen = <u32>i < <u32>height && <u32>j < <u32>width
        store<usize>(entry, seen ? source + <usize>(i * width + j) * bytes : zeros)
        if (lane === 0) store<usize>(entry + 4 * WORD, load<usize>(at, 2 * WORD))
      }
      const target = (image * yHeight + firstRow + row * outStep) * yWidth + firstColumn + column * outStep
      store<usize>(outputs + lane * WORD, y + <usize>target * filterBytes)
      // Behind the last cell its work is done once more, with the same result.
      if (cell + <i32>lane + 1 < total) {
        if (++column === columns) {
          column = 0
          if (++row === rows) {
            row = 0
            image++
          }
        }
      }
    }
    let filter: usize = 0
    for (; filter + 2 * VECTOR <= filterBytes; filter += 2 * VECTOR) {
      tile(table, taps, outputs, filter, bytes, filterBytes, true, true)
    }
    if (filter + VECTOR <= filterBytes) {
      tile(table, taps, outputs, filter, bytes, filterBytes, false, true)
      filter += VECTOR
    }
    for (; filter < filterBytes; filter += FLOAT) tile(table, taps, outputs, filter, bytes, filterBytes, false, false)
  }
}

// @ts-ignore: decorator
@inline
function writeTap(scratch: usize, tap: i32, row: i32, column: i32, weights: usize): void {
  const at = scratch + <usize>tap * 3 * WORD
  store<i32>(at, row)
  store<i32>(at, column, WORD)
  store<usize>(at, weights, 2 * WORD)
}

/** Convolves with zeros around, `floor(size / 2)` on every side. */
export function convolution(
  x: usize, weight: usize, y: usize, images: i32, height: i32, width: i32, channels: i32, rows: i32, columns: i32,
  filters: i32, size: i32, stride: i32, scratch: usize, zeros: usize
): void {
  const pad = size >> 1
  const tapBytes = <usize>(channels * filters) * FLOAT
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      writeTap(scratch, i * size + j, i - pad, j - pad, weight + <usize>(i * size + j) * tapBytes)
    }
  }
  gather(x, height, width, channels, y, rows, columns, filters, images, rows, columns, stride, 1, 0, 0, size * size,
    scratch, zeros)
}

/** Exchanges the last two axes of weights: every tap's matrix is transposed. */
export function transposeTaps(weight: usize, turned: usize, taps: i32, channels: i32, filters: i32): void {
  for (; taps > 0; taps--, turned += <usize>(channels * filters) * FLOAT) {
    for (let c = 0; c < channels; c++) {
      let to = turned + <usize>c * FLOAT
      for (let f = 0; f < filters; f++, weight += FLOAT, to += <usize>channels * FLOAT) {
        store<u32>(to, load<u32>(weight))
      }
    }
  }
}

/**
 * The gradient of `convolution` by its input; `turned` are the weights by `transposeTaps`. Where the stride is 2, cells of
 * the input see different taps by their parity.
 */
export function convolutionByInput(
  upstream: usize, turned: usize, dx: usize, images: i32, height: i32, width: i32, channels: i32, rows: i32,
  columns: i32, filters: i32, size: i32, stride: i32, scratch: usize, zeros: usize
): void {
  const pad = size >> 1
  const tapBytes = <usize>(channels * filters) * FLOAT
  for (let top = 0; top < min(stride, height); top++) {
    for (let left = 0; left < min(stride, width); left++) {
      let taps = 0
      for (let i = 0; i < size; i++) {
        const row = top + pad - i
        if (row % stride !== 0) continue
        for (let j = 0; j < size; j++) {
          const column = left + pad - j
          if (column % stride !== 0) continue
          writeTap(scratch, taps++, row / stride, column / stride, turned + <usize>(i * size + j) * tapBytes)
        }
      }
      gather(upstream, rows, columns, filters, dx, height, width, channels, images, (height - top + stride - 1) / stride,
        (width - left + stride - 1) / stride, 1, stride, top, left, taps, scratch, zeros)
    }
  }
}

/** Adds to four input channels by eight, four or one output channels of one tap's gradient. */
// @ts-ignore: decorator
@inline
function weightTile(
  x: usize, upstream: usize, to: usize, c1: usize, c2: usize, c3: usize, first: i32, last: i32,
  height: i32, width: i32, bytes: usize, rows: i32, columns: i32, filterBytes: usize, stride: i32,
  i: i32, j: i32, two: bool, wide: bool
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0)
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0)
  let d0 = f32x4.splat(0), d1 = f32x4.splat(0)
  let e0 = f32x4.splat(0), e1 = f32x4.splat(0)
  // The columns whose input lies within the image.
  const left = j < 0 ? (stride - 1 - j) / stride : 0
  const right = min(columns, (width - j + stride - 1) / stride)
  const xStep = <usize>stride * bytes
  for (let line = first; line < last; line++) {
    const row = line % rows
    const source = row * stride + i
    if (<u32>source >= <u32>height) continue
    let from = x + <usize>((line / rows * height + source) * width + left * stride + j) * bytes
    let d = upstream + <usize>(line * columns + left) * filterBytes
    for (let column = left; column < right; column++, from += xStep, d += filterBytes) {
      const g0 = get(d, wide)
      const g1 = two ? v128.load(d, VECTOR) : g0
      const x0 = v128.load32_splat(from)
      a0 = more(a0, x0, g0)
      if (two) a1 = more(a1, x0, g1)
      const x1 = v128.load32_splat(from + c1)
      b0 = more(b0, x1, g0)
      if (two) b1 = more(b1, x1, g1)
      const x2 = v128.load32_splat(from + c2)
      d0 = more(d0, x2, g0)
      if (two) d1 = more(d1, x2, g1)
      const x3 = v128.load32_splat(from + c3)
      e0 = more(e0, x3, g0)
      if (two) e1 = more(e1, x3, g1)
    }
  }
  const start = first === 0
  addTo(to, a0, a1, start, two, wide)
  if (c1 !== 0) addTo(to + filterBytes, b0, b1, start, two, wide)
  if (c2 !== c1) addTo(to + 2 * filterBytes, d0, d1, start, two, wide)
  if (c3 !== c2) addTo(to + 3 * filterBytes, e0, e1, start, two, wide)
}

// @ts-ignore: decorator
@inline
function addTo(to: usize, first: v128, second: v128, start: bool, two: bool, wide: bool): void {
  put(to, start ? first : f32x4.add(get(to, wide), first), wide)
  if (two) v128.store(to + VECTOR, start ? second : f32x4.add(v128.load(to + VECTOR), second))
}

/** The gradient of `convolution` by its weights. */
export function convolutionByWeight(
  x: usize, upstream: usize, dw: usize, images: i32, height: i32, width: i32, channels: i32, rows: i32, columns: i32,
  filters: i32, size: i32, stride: i32
): void {
  const pad = size >> 1
  const bytes = <usize>channels * FLOAT
  const filterBytes = <usize>filters * FLOAT
  const lines = images * rows
  const chunk = max(CHUNK / columns, 1)
  for (let first = 0; first < lines; first += chunk) {
    const last = min(first + chunk, lines)
    let tap = dw
    for (let i = -pad; i < size - pad; i++) {
      for (let j = -pad; j < size - pad; j++) {
        for (let c = 0; c < channels; c += 4) {
          const from = x + <usize>c * FLOAT
          const rest = channels - 1 - c
          const c1 = <usize>min(1, rest) * FLOAT
          const c2 = <usize>min(2, rest) * FLOAT
          const c3 = <usize>min(3, rest) * FLOAT
          const to = tap + <usize>c * filterBytes
          let f: usize = 0
          for (; f + 2 * VECTOR <= filterBytes; f += 2 * VECTOR) {
            weightTile(from, upstream + f, to + f, c1, c2, c3, first, last, height, width, bytes, rows, columns,
              filterBytes, stride, i, j, true, true)
          }
          if (f + VECTOR <= filterBytes) {
            weightTile(from, upstream + f, to + f, c1, c2, c3, first, last, height, width, bytes, rows, columns,
              filterBytes, stride, i, j, false, true)
            f += VECTOR
          }
          for (; f < filterBytes; f += FLOAT) {
            weightTile(from, upstream + f, to + f, c1, c2, c3, first, last, height, width, bytes, rows, columns,
              filterBytes, stride, i, j, false, false)
          }
        }
        tap += bytes * <usize>filters
      }
    }
  }
}

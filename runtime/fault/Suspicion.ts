/**
 * Images that a fault is traced to.
 */
import { medianOf } from "../optim/Ascending.ts"
import * as Words from "../plan/rules/Words.ts"
import type { Suspect } from "./Diagnosis.ts"
import type { Evidence, Row } from "./Evidence.ts"

/** A row stands out from this ratio of its loss or norm to the median of the batch's on. */
const far = 10

const medianFinite = (values: ReadonlyArray<number>): number =>
  medianOf(values.filter(Number.isFinite).toSorted((left, right) => left - right))

const ratioReason = (name: string, value: number, median: number): string | null =>
  value >= far * median && value > 0
    ? `its ${name} by itself is ${Words.figure(value)}, ${Words.figure(value / median)} times the batch's median`
    : null

/** A row that fails by itself, or stands out, and why. */
interface Odd {
  readonly row: Row
  readonly reason: string
}

const oddOf = (rows: ReadonlyArray<Row>): ReadonlyArray<Odd> => {
  const loss = medianFinite(rows.map(({ loss }) => loss))
  const gradNorm = medianFinite(rows.map(({ gradNorm }) => gradNorm))
  return rows.flatMap((row) => {
    const reason = row.finite
      ? ratioReason("loss", row.loss, loss) ?? ratioReason("gradient norm", row.gradNorm, gradNorm)
      : "by itself it is not finite"
    return reason === null ? [] : [{ row, reason }]
  })
}

/** Finds the rows that fail or stand out while most of the batch does not. */
const singledOut = (rows: ReadonlyArray<Row>): ReadonlyArray<Odd> => {
  const odd = oddOf(rows)
  return rows.length === 1 || odd.length * 2 < rows.length ? odd : []
}

/** Tells whether single rows of the batch fail or stand out while most do not. */
export const isOfRows = ({ probe, rows }: Evidence): boolean =>
  (probe?.first?.rows ?? []).length > 0 || singledOut(rows ?? []).length > 0

/**
 * Lists the images to blame, each once: those that cannot be right, and those of rows that are singled out, unless one of a
 * mosaic's is known to be broken.
 */
export const of = ({ broken, probe, rows }: Evidence): ReadonlyArray<Suspect> => {
  const known = new Set(broken.map(({ file }) => file))
  const first = probe?.first ?? null
  const shown = [
    ...(first === null ? [] : [{ files: first.files, reason: `${first.node} is not finite there` }]),
    ...singledOut(rows ?? []).map(({ reason, row }) => ({ files: row.files, reason }))
  ]
  const found = new Map<string, Suspect>()
  for (const { files, reason } of shown) {
    if (files.some((file) => known.has(file))) continue
    for (const file of files) if (!found.has(file)) found.set(file, { file, row: null, reason })
  }
  return [...broken, ...found.values()]
}

const most = 3

/** Says in a sentence which images are to blame, and why. */
export const say = (suspects: ReadonlyArray<Suspect>): string => {
  const named = suspects.slice(0, most).map(({ file, reason, row }) =>
    `"${file}"${row === null ? "" : `, label row ${row}`} (${reason})`
  )
  const others = suspects.length - named.length
  const all = others > 0 ? [...named, `${others} more`] : named
  return `To blame ${suspects.length === 1 ? "is" : "are"} ${Words.listed(all)}.`
}

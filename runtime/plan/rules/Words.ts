/**
 * Numbers and names in the words of a finding.
 */

/** Writes a number with its noun: `1 image`, `205 images`. */
export const plural = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? "" : "s"}`

/** Writes a computed number with 4 significant digits: 0.01988, not 0.019876883405951378. */
export const figure = (value: number): string => String(Number(value.toPrecision(4)))

const gib = 2 ** 30
const mib = 2 ** 20

/** Writes an amount of memory as a recipe does: `512 MiB`, `8 GiB`. */
export const amount = (bytes: number): string =>
  bytes < gib ? `${figure(bytes / mib)} MiB` : `${figure(bytes / gib)} GiB`

/** Writes a share of 1 in percent; only none is `0%` and only all is `100%`. */
export const percent = (share: number): string => {
  if (share > 0 && share < 0.01) return "<1%"
  return share < 1 && share > 0.99 ? ">99%" : `${Math.round(share * 100)}%`
}

/** Lists texts as a sentence does: `a`, `a and b`, `a, b and c`. */
export const listed = (texts: ReadonlyArray<string>): string =>
  texts.length < 2 ? texts.join("") : `${texts.slice(0, -1).join(", ")} and ${texts.at(-1)}`

/** Lists the first `most` (4) names, each in quotes, and counts the others. */
export const some = (names: ReadonlyArray<string>, most = 4): string => {
  const quoted = names.slice(0, most).map((name) => `"${name}"`)
  return listed(names.length > most ? [...quoted, `${names.length - most} more`] : quoted)
}

/** Counts the letters to insert, delete, replace or swap with a neighbour to turn one word into another. */
const distance = (from: string, to: string): number => {
  let before: ReadonlyArray<number> = []
  let last = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const next = [row]
    for (let column = 1; column <= to.length; column++) {
      const replaced = (last[column - 1] ?? 0) + (from[row - 1] === to[column - 1] ? 0 : 1)
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
        ? (before[column - 2] ?? Infinity) + 1
        : Infinity
      next.push(Math.min(replaced, swapped, (last[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    before = last
    last = next
  }
  return last[to.length] ?? 0
}

/** Finds the name that was probably meant by a misspelt one: at most a third of the longer one's letters differ. */
export const nearest = (name: string, names: Iterable<string>): string | null => {
  const ranked = [...names]
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, far }) => far <= Math.floor(Math.max(name.length, candidate.length) / 3))
    .toSorted((left, right) => left.far - right.far)
  return ranked[0]?.candidate ?? null
}

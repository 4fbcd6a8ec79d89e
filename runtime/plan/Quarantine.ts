/**
 * The training images that a recipe names to show no more.
 */
import type { DataFacts } from "./Facts.ts"

/** What there is to be shown of a data set. */
export type Images = Pick<DataFacts, "images" | "trainFiles">

/** Names an image as a quarantine does: by its file, or a generated one by its number. */
export const nameOf = (file: string | null, index: number): string => file ?? `#${index}`

/** Finds the indices of named training images; a name that is none's has none. */
export const indicesOf = (names: ReadonlyArray<string>, { images, trainFiles }: Images): ReadonlyMap<string, number> => {
  if (names.length === 0) return new Map()
  const wanted = new Set(names)
  const found = new Map<string, number>()
  for (let index = 0; index < images.train; index++) {
    const name = nameOf(trainFiles?.[index] ?? null, index)
    if (wanted.has(name)) found.set(name, index)
  }
  return found
}

/**
 * What runs were made with, for those who go on with it or look at it again.
 */
import type { Locations } from "../data/Locations.ts"
import * as RunFolder from "./RunFolder.ts"

/** Finds data sets where they were when runs were made, whose folders these are, where nothing else says where they are. */
export const locations = (known: Locations, directories: ReadonlyArray<string>): Locations => {
  const recorded = new Map(directories.flatMap((directory) => {
    const place = RunFolder.environment(directory)?.data ?? null
    const name = RunFolder.dataset(directory)
    return place === null || name === null ? [] : [[name, place] as const]
  }))
  return { ...known, of: (name) => known.of(name) ?? recorded.get(name) ?? null }
}

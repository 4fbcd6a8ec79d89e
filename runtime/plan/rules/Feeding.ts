import type { DataFacts } from "../Facts.ts"
import * as Quarantine from "../Quarantine.ts"
import * as Skips from "../Skips.ts"
import type { Rule } from "./Rule.ts"
import * as Words from "./Words.ts"

/** Finds the file that was probably meant by one that is named without its folders. */
const meant = (name: string, { trainFiles }: DataFacts): string | null =>
  trainFiles?.find((file) => file.endsWith(`/${name.replace(/^\.?\//, "")}`)) ?? null

/** Refuses to show nothing. */
export const nothingLeftToShow: Rule = {
  id: "feed/nothing-left",
  path: "feed.quarantine",
  severity: "error",
  reason: "no image is left to train on",
  source: "the data's training images",
  remedy: "take images out of `feed.quarantine`",
  check: ({ facts, recipe: { feed } }) => {
    if (facts === null || facts.images.train === 0) return null
    const { size } = Quarantine.indicesOf(feed.quarantine, facts)
    if (size < facts.images.train) return null
    const counted = Words.plural(size, "training image")
    return `${counted} of "${facts.name}" ${size === 1 ? "is" : "are"} in quarantine, all there are`
  }
}

/** Warns of a name in quarantine that keeps nothing out. */
export const unknownInQuarantine: Rule = {
  id: "feed/unknown-image",
  path: "feed.quarantine.N",
  severity: "warning",
  reason: "it keeps out nothing, and what was meant may still be shown",
  source: "the data's training images",
  remedy: "name the file as `ballast validate` and faults do, relative to the data set's folder, or `#7` for generated "
    + "image 7; leave out a file that the data set does not have or leaves out itself",
  check: ({ facts, recipe: { feed } }) => {
    if (facts === null) return null
    const known = Quarantine.indicesOf(feed.quarantine, facts)
    const faults = feed.quarantine.flatMap((name, at) => {
      if (known.has(name)) return []
      const near = meant(name, facts)
      const hint = near === null ? "" : ` (there is "${near}")`
      return [{ path: `feed.quarantine.${at}`, found: `"${facts.name}" has no training image "${name}"${hint}` }]
    })
    return faults.length === 0 ? null : faults
  }
}

/** Warns of batches to be left out that no step comes to. */
export const skipNeverReached: Rule = {
  id: "feed/skip-never-reached",
  path: "feed.skip.N",
  severity: "warning",
  reason: "it leaves out nothing",
  source: "the definition of a skip: its steps are counted as they would be if none were left out",
  remedy: "lower its `from`, or take the skip out",
  check: ({ recipe: { feed: { skip } }, totalSteps }) => {
    if (totalSteps === null) return null
    const last = Skips.positionOf(skip, totalSteps - 1)
    const faults = skip.flatMap(({ from }, at) =>
      from <= last ? [] : [{
        path: `feed.skip.${at}`,
        found: `the skip begins at step ${from}, and the ${Words.plural(totalSteps, "step")} of the run end before`
      }]
    )
    return faults.length === 0 ? null : faults
  }
}

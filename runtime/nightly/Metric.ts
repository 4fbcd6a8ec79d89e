/**
 * What nights are compared by, and how much of it somebody would notice.
 */
import * as Figure from "../report/Figure.ts"
import type { RunResult } from "../run/Result.ts"

/** How large a difference has to be to matter: a share of the baseline's median, and at least so much. */
export interface Floor {
  readonly relative: number
  readonly absolute: number
}

export interface Metric {
  readonly name: Name
  readonly kind: "quality" | "speed" | "memory" | "stability"
  readonly better: "higher" | "lower"
  readonly floor: Floor
  /** Reads it off a run's result; null where the run does not have it. */
  readonly of: (run: RunResult) => number | null
}

export const names = ["map50", "accuracy", "loss", "imagesPerSecond", "memory", "clipRate", "incidents", "attempts"] as const
export type Name = typeof names[number]

const mebibytes = (count: number): number => count * 2 ** 20

/** A night trains on what is declared: what a remedy has changed is no measure of it. */
export const stayedUpright = ({ remedied, status }: RunResult): boolean => status === "succeeded" && !remedied

/** Quality of a run that did not stay upright is the worst there is, if it has it at all. */
const quality = (name: "map50" | "accuracy", worst: number): Pick<Metric, "name" | "kind" | "better" | "floor" | "of"> => ({
  name,
  kind: "quality",
  better: "higher",
  floor: { relative: 0.01, absolute: 0.005 },
  of: (run) => stayedUpright(run) ? run.metrics[name] : worst
})

/** What a run that ended early was at says nothing of one that goes its whole length. */
const ofWhole = (of: Metric["of"]): Metric["of"] => (run) => stayedUpright(run) ? of(run) : null

const most = (values: ReadonlyArray<number>): number | null => values.length === 0 ? null : Math.max(...values)

export const metrics: ReadonlyArray<Metric> = [
  quality("map50", -Infinity),
  quality("accuracy", -Infinity),
  {
    name: "loss",
    kind: "quality",
    better: "lower",
    floor: { relative: 0.01, absolute: 0 },
    of: (run) => stayedUpright(run) ? run.metrics.loss : Infinity
  },
  {
    name: "imagesPerSecond",
    kind: "speed",
    better: "higher",
    floor: { relative: 0.05, absolute: 0 },
    of: ofWhole(({ metrics }) => metrics.imagesPerSecond)
  },
  {
    name: "memory",
    kind: "memory",
    better: "lower",
    floor: { relative: 0.05, absolute: mebibytes(16) },
    of: ofWhole(({ attempts }) => most(attempts.flatMap(({ memory }) => memory ?? [])))
  },
  {
    name: "clipRate",
    kind: "stability",
    better: "lower",
    floor: { relative: 0, absolute: 0.02 },
    of: ofWhole(({ clipRate }) => clipRate)
  },
  {
    name: "incidents",
    kind: "stability",
    better: "lower",
    floor: { relative: 0, absolute: 0.5 },
    of: ({ attempts }) => attempts.filter(({ fault }) => fault !== null).length
  },
  {
    name: "attempts",
    kind: "stability",
    better: "lower",
    floor: { relative: 0, absolute: 0.5 },
    // What a drained worker or a host's end broke off says nothing of the training.
    of: ({ attempts }) => attempts.filter(({ status }) => status !== "interrupted").length
  }
]

/** Writes how far two figures of a metric, by its name, lie apart: in its unit, for a share in hundredths of all. */
export const apart = (name: string | null, size: number): string => {
  if (!Number.isFinite(size)) return Figure.measured(size)
  switch (name) {
    case "map50":
    case "accuracy":
      return Figure.precision(size)
    case "memory":
      return Figure.quantity(size, "B")
    case "clipRate":
      return `${Figure.chosen(100 * size)} points`
    case "incidents":
    case "attempts":
      return Figure.chosen(size)
    default:
      return Figure.measured(size)
  }
}

/** Computes the floor beside a baseline whose median is given. */
export const floorAt = ({ floor: { absolute, relative } }: Metric, median: number): number =>
  Number.isFinite(median) ? Math.max(absolute, relative * Math.abs(median)) : absolute

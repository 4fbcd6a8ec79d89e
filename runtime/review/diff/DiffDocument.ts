/**
 * The document of `ballast diff --json`.
 */
import type { NodeChange } from "../../graph/GraphDiff.ts"
import type { Finding } from "../../plan/Finding.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import type { ExperimentDiff } from "./ExperimentDiff.ts"

/** A revision, as it was asked for and as the commit that it is; null for files as they lie in the folder. */
export interface Side {
  readonly ref: string | null
  readonly commit: string | null
}

export interface Compared {
  readonly base: Side
  readonly head: Side
  readonly experiments: ReadonlyArray<ExperimentDiff>
  /** What else changed that decides how experiments run, such as a lock file, in a person's words. */
  readonly besides: ReadonlyArray<string>
}

interface ArmDocument {
  readonly arm: string
  readonly from: string | null
  readonly status: ArmDiff.ArmDiff["status"]
  readonly fields: ReadonlyArray<{ readonly path: string; readonly before: unknown; readonly after: unknown; readonly restart: string | null }>
  readonly nodes: ReadonlyArray<NodeChange>
  readonly cost: ReadonlyArray<ArmDiff.Figure>
  readonly findings: { readonly came: ReadonlyArray<Finding>; readonly went: ReadonlyArray<Finding> }
}

export interface DiffDocument {
  readonly format: "ballast.diff/1"
  readonly base: Side
  readonly head: Side
  readonly besides: ReadonlyArray<string>
  readonly experiments: ReadonlyArray<Omit<ExperimentDiff, "arms"> & { readonly arms: ReadonlyArray<ArmDocument> }>
}

/** Tells whether there is anything for a reviewer to look at. */
export const hasChanges = ({ besides, experiments }: Compared): boolean =>
  besides.length > 0 || experiments.some(({ status }) => status !== "unchanged")

/** Makes the document; without `all` those that are unchanged are left out, arms and experiments alike. */
export const of = ({ base, besides, experiments, head }: Compared, all: boolean): DiffDocument => ({
  format: "ballast.diff/1",
  base,
  head,
  besides,
  experiments: experiments.filter(({ status }) => all || status !== "unchanged").map(({ arms, ...experiment }) => ({
    ...experiment,
    arms: arms.filter(({ status }) => all || status !== "unchanged").map(({ arm, cost, fields, findings, from, nodes, status }) =>
      ({ arm, cost, fields, findings, from, nodes, status }))
  }))
})

/**
 * What was found out about a fault, as plain data.
 */
import type { Fault } from "../../dsl/Fault.ts"
import type { Change, Diagnosis, Suspect, Trial } from "./Diagnosis.ts"

/** The first thing that is not finite. `rows` of its batch are counted from 0, and null where none is singled out. */
export interface First {
  readonly node: string
  readonly direction: NonNullable<Diagnosis["direction"]>
  readonly rows: ReadonlyArray<number> | null
  /** The images that those rows show. */
  readonly files: ReadonlyArray<string>
}

/** What a row of the failing batch comes to by itself, and the images that it shows: several in a mosaic. */
export interface Row {
  readonly files: ReadonlyArray<string>
  readonly finite: boolean
  readonly loss: number
  readonly gradNorm: number
}

/** A step before the fault. `gradNorm` is global, before clipping. */
export interface Before {
  readonly step: number
  readonly loss: number
  readonly gradNorm: number
  readonly clipped: boolean
  readonly learningRate: number
}

export interface Evidence {
  readonly fault: { readonly tag: Fault["_tag"]; readonly step: number | null; readonly message: string }
  /** A look at every node of the failing step; null where it was not taken again. */
  readonly probe: { readonly first: First | null } | null
  /** Whether the failing step, taken again by the same engine, failed again; null where it was not taken again. */
  readonly reproduced: boolean | null
  readonly trials: ReadonlyArray<Trial>
  /** Row by row of the failing batch; null where they were not looked at. */
  readonly rows: ReadonlyArray<Row> | null
  /** The failing step's images that cannot be right as they are. */
  readonly broken: ReadonlyArray<Suspect>
  /** The steps before the fault, at most 50, in their order. */
  readonly norms: ReadonlyArray<Before>
}

/** Whether a trial cured the fault; null where it was not made. */
export const cured = ({ trials }: Pick<Evidence, "trials">, change: Change): boolean | null =>
  trials.find((trial) => trial.change === change)?.cured ?? null

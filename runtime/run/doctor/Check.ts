/**
 * What is looked at to find out whether trainings can run here, and what is found.
 */
import type * as Effect from "effect/Effect"

export interface Diagnosis {
  readonly name: string
  /** A warning keeps nothing from running. */
  readonly status: "ok" | "warning" | "failed"
  /** What was found, in one line. */
  readonly found: string
  /** The command or the step that mends it, in one line; null where nothing is wrong. */
  readonly remedy: string | null
}

/** Where is looked, as plain data that another process can be given. */
export interface Examined {
  /** The folder that runs are kept in, absolute, whether it is there or not. */
  readonly home: string
  /** The places of data sets as `--data` names them. */
  readonly data: ReadonlyArray<string>
  /** The address of the queue that several hosts share; null for this machine's own. */
  readonly queue: string | null
}

/** Looks at one thing. May take its time, block its thread or throw: a process of its own does it. */
export interface Check {
  readonly name: string
  /** The address of the module that exports it as `check`. */
  readonly module: string
  readonly look: (examined: Examined) => Effect.Effect<ReadonlyArray<Diagnosis>>
}

/** Puts a message of several lines on one. */
export const line = (text: string): string => text.trim().replaceAll(/\s*\n\s*/g, "; ")

/** Says that all is well. */
export const ok = (name: string, found: string): Diagnosis => ({ name, status: "ok", found: line(found), remedy: null })

/** Says what is not as it might be, and what to do about it. */
export const warning = (name: string, found: string, remedy: string): Diagnosis => ({
  name,
  status: "warning",
  found: line(found),
  remedy: line(remedy)
})

/** Says what keeps trainings from running, or their results from being kept, and what to do about it. */
export const failed = (name: string, found: string, remedy: string): Diagnosis => ({
  name,
  status: "failed",
  found: line(found),
  remedy: line(remedy)
})

import type { Severity } from "../../plan/Finding.ts"
import type { Edit, Range } from "./Edit.ts"
import type { Module } from "./Module.ts"

/** What every rule says of itself. */
export interface Described {
  /** Named in a comment that lets a finding be. */
  readonly id: string
  readonly severity: Severity
  /** What it finds, in a few words. */
  readonly what: string
  /** Why that matters, as a sentence without its full stop. */
  readonly why: string
  /** What usually answers it, as the author would do it; code stands between backticks. */
  readonly wayOut: string
  /** What `--fix` does about it, where it can. */
  readonly fix?: string
}

/** Something that a rule has found in a module. */
export interface Found {
  readonly at: Range
  /** What is wrong, without the reason, which the rule has. */
  readonly message: string
  /** What puts it right and changes nothing else; taken as a whole or not at all. */
  readonly fix?: ReadonlyArray<Edit>
}

/** Something that the source of every experiment is checked against. */
export interface Rule extends Described {
  /** Looks at a module; `all` are the modules that lie beside it, itself among them. */
  readonly check: (module: Module, all: ReadonlyArray<Module>) => ReadonlyArray<Found>
}

/** Something that was found in a file. */
export interface Finding extends Found {
  readonly rule: Described
}

/** Makes findings of what a rule has found. */
export const apply = ({ check, ...rule }: Rule, module: Module, all: ReadonlyArray<Module>): ReadonlyArray<Finding> =>
  check(module, all).map((found) => ({ ...found, rule }))

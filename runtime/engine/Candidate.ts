import type { Description } from "./Engine.ts"

/** The engines in the order in which `auto` tries them. */
export const names = ["tensorflow", "wasm"] as const
export type Name = typeof names[number]

/** An engine that lies ready on this host, as plain data that another process can load it from. */
export interface Candidate {
  readonly engine: Name
  readonly version: Description["version"]
  /** The folder of its libraries; null where npm's packages are all it takes. */
  readonly directory: string | null
}

/** How one engine did on the reference cases. */
export interface Checked {
  readonly engine: Name
  readonly passed: number
  readonly failed: number
  readonly cases: ReadonlyArray<{ readonly case: string; readonly ok: boolean; readonly error: string | null }>
}

/** Something that the policy does not allow, or that somebody has to approve. */
export interface Objection {
  readonly kind: "violation" | "approval"
  /** Null where it is about the policy itself. */
  readonly experiment: string | null
  /** Null where it is about the experiment as a whole. */
  readonly arm: string | null
  /** The part of the policy, such as `most.steps`; empty for the policy as a whole. */
  readonly policy: string
  readonly message: string
}

/** An objection before it is said whose it is. */
export type Found = Pick<Objection, "kind" | "policy" | "message">

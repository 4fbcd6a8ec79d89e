import * as Schema from "effect/Schema"

/** What happens after a fault: the run ends failed. */
export const Never = Schema.TaggedStruct("Never", {})

export const Retry = Never
export type Retry = typeof Retry.Type

/** Ends a run at its first fault. */
export const never: Retry = { _tag: "Never" }

import * as Schema from "effect/Schema"

/** Nothing is tried again. */
export const Never = Schema.TaggedStruct("Never", {})

/** What is tried after a fault. */
export const Retry = Never
export type Retry = typeof Retry.Type

/** Ends a run at its first fault. */
export const never: Retry = { _tag: "Never" }

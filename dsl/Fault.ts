/**
 * The faults that end an attempt. Every one carries a message for a person.
 */
import * as Schema from "effect/Schema"

const step = Schema.NullOr(Schema.Int)

/** The loss or the gradients' norm is NaN or infinite at a step. */
export class NonFinite extends Schema.TaggedError<NonFinite>()("NonFinite", {
  step: Schema.Int,
  loss: Schema.Number,
  gradNorm: Schema.Number,
  message: Schema.String
}) {}

/** The loss stays far above its best without turning NaN, or is small only because nothing is matched any more. */
export class Diverged extends Schema.TaggedError<Diverged>()("Diverged", {
  step: Schema.Int,
  loss: Schema.Number,
  best: Schema.Number,
  message: Schema.String
}) {}

/** The device or the host has no memory left. */
export class OutOfMemory extends Schema.TaggedError<OutOfMemory>()("OutOfMemory", { step, message: Schema.String }) {}

/** An image or a label cannot be used; `sample` says which. */
export class DataFault extends Schema.TaggedError<DataFault>()("DataFault", {
  sample: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

/** The training process ended without a result. */
export class WorkerLost extends Schema.TaggedError<WorkerLost>()("WorkerLost", {
  exitCode: Schema.NullOr(Schema.Int),
  signal: Schema.NullOr(Schema.String),
  message: Schema.String
}) {}

/** The host took the machine away. */
export class Preempted extends Schema.TaggedError<Preempted>()("Preempted", { message: Schema.String }) {}

/** A limit on time was reached. */
export class Timeout extends Schema.TaggedError<Timeout>()("Timeout", { message: Schema.String }) {}

/** An engine cannot be loaded, or fails to compute. */
export class EngineFault extends Schema.TaggedError<EngineFault>()("EngineFault", {
  engine: Schema.String,
  message: Schema.String
}) {}

export type Fault = NonFinite | Diverged | OutOfMemory | DataFault | WorkerLost | Preempted | Timeout | EngineFault

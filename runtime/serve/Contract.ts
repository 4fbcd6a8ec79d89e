/**
 * The documents of the HTTP API. A number that JSON lacks is the string "NaN", "Infinity" or "-Infinity"; times are
 * milliseconds since 1970.
 */
import * as Schema from "effect/Schema"
import * as Status from "../report/Status.ts"
import * as EventLog from "../train/EventLog.ts"

const Measured = Schema.Union([Schema.Finite, Schema.Literals(["NaN", "Infinity", "-Infinity"])])

const Known = <S extends Schema.Top>(schema: S) => Schema.NullOr(schema)

/** Where a run stands. */
export const State = Schema.Literals(Status.states)

/** A run in a list. */
export const Run = Schema.Struct({
  id: Schema.String,
  launch: Schema.String,
  experiment: Schema.String,
  arm: Schema.String,
  seed: Schema.Int,
  status: State,
  reason: Known(Schema.String),
  queued: Schema.Boolean,
  attempt: Schema.Int,
  steps: Known(Schema.Int),
  loss: Known(Measured),
  map50: Known(Measured),
  accuracy: Known(Measured),
  started: Known(Schema.Int),
  ended: Known(Schema.Int),
  seconds: Known(Measured),
  progress: Known(Schema.Struct({ steps: Schema.Int, totalSteps: Schema.Int, loss: Measured })).annotate({
    description: "how far a run is that is under way, and its last loss; null elsewhere, and before its first step"
  })
})

export const Runs = Schema.Struct({
  format: Schema.Literal("ballast.runs/1"),
  runs: Schema.Array(Run),
  next: Known(Schema.String).annotate({ description: "what `after` takes for the next page; null where there is none" })
})

export const Incident = Schema.Struct({
  id: Schema.String,
  run: Schema.String,
  experiment: Schema.String,
  arm: Schema.String,
  seed: Schema.Int,
  attempt: Schema.Int,
  at: Schema.Int,
  fault: Schema.String,
  step: Known(Schema.Int),
  verdict: Known(Schema.String),
  explanation: Known(Schema.String)
})

export const Incidents = Schema.Struct({
  format: Schema.Literal("ballast.incidents/1"),
  incidents: Schema.Array(Incident),
  next: Known(Schema.String)
})

export const IncidentView = Schema.Struct({
  format: Schema.Literal("ballast.incident-view/1"),
  incident: Incident,
  attempt: Schema.Json.annotate({ description: "the attempt as the result of its run has it, with fault, diagnosis and remedy; null before it has ended" }),
  account: Schema.Json.annotate({ description: "the document ballast.incident/1; null where there is none" })
})

export const RunView = Schema.Struct({
  format: Schema.Literal("ballast.run-view/1"),
  run: Run,
  directory: Schema.String,
  result: Schema.Json.annotate({ description: "one of the runs of ballast.result/1; null before its end" }),
  attempts: Schema.Array(Schema.Json),
  incidents: Schema.Array(Incident),
  plan: Schema.Json.annotate({ description: "the document ballast.plan/1; null before it is made" }),
  recipe: Schema.Json,
  environment: Schema.Json.annotate({ description: "the document ballast.environment/1" }),
  report: Schema.Boolean.annotate({ description: "whether /runs/ID/report shows one" })
})

const Curve = Schema.Struct({
  name: Schema.String,
  steps: Schema.Array(Schema.Int),
  values: Schema.Array(Schema.Finite),
  notFinite: Schema.Int.annotate({ description: "how many steps have a value that is no point" })
})

export const Curves = Schema.Struct({
  format: Schema.Literal("ballast.curves/1"),
  run: Schema.String,
  attempts: Schema.Array(Schema.Struct({
    attempt: Schema.Int,
    from: Known(Schema.Int),
    until: Known(Schema.Int).annotate({ description: "the first step that a later attempt has taken again; null where all count" }),
    totalSteps: Schema.Int,
    steps: Schema.Int,
    curves: Schema.Array(Curve)
  }))
})

const Change = Schema.Struct({ path: Schema.String, before: Schema.Json, after: Schema.Json, text: Schema.String })

/** What one run has otherwise than another. */
export const Difference = Schema.Struct({
  run: Schema.String,
  recipe: Known(Schema.Array(Change)).annotate({ description: "null where a recipe is not there" }),
  nodes: Known(Schema.Struct({
    added: Schema.Array(Schema.String),
    removed: Schema.Array(Schema.String),
    changed: Schema.Array(Schema.String)
  })).annotate({ description: "null where a plan is not there" }),
  data: Known(Schema.Boolean).annotate({ description: "whether the data has another fingerprint" })
})

export const Comparison = Schema.Struct({
  format: Schema.Literal("ballast.comparison/1"),
  runs: Schema.Array(Schema.Struct({
    ...Run.fields,
    clipRate: Known(Measured),
    gradNorm: Known(Schema.Struct({ median: Measured, p99: Measured, max: Measured })),
    imagesPerSecond: Known(Measured),
    remedied: Known(Schema.Boolean)
  })),
  differences: Schema.Array(Difference).annotate({ description: "each run but the first against the first" })
})

export const Queue = Schema.Struct({
  format: Schema.Literal("ballast.queue/1"),
  held: Schema.Int,
  waiting: Schema.Int,
  leased: Schema.Int,
  workers: Schema.Array(Schema.Struct({
    id: Schema.String,
    host: Schema.String,
    slots: Schema.Int,
    started: Schema.Int,
    beat: Schema.Int,
    offer: Schema.Json
  })),
  lines: Schema.Array(Schema.Struct({
    demand: Schema.Json,
    waiting: Schema.Int,
    since: Schema.Int,
    lacking: Schema.Array(Schema.Struct({ worker: Schema.String, what: Schema.String }))
  }))
})

const Moment = Schema.Struct({ utc: Schema.String, local: Schema.String })

export const Triggers = Schema.Struct({
  format: Schema.Literal("ballast.triggers/1"),
  triggers: Schema.Array(Schema.Struct({
    id: Schema.String,
    experiment: Schema.String,
    fires: Schema.Json,
    next: Schema.Int,
    last: Known(Schema.Struct({ launch: Schema.String, at: Schema.Int })),
    remark: Known(Schema.String),
    times: Schema.Struct({ last: Moment, next: Moment })
  }))
})

export const Cancelled = Schema.Struct({
  format: Schema.Literal("ballast.cancelled/1"),
  runs: Schema.Array(Schema.Struct({
    id: Schema.String,
    outcome: Schema.Literals(["cancelled", "asked", "ended", "elsewhere"])
  }))
})

export const Submitted = Schema.Struct({
  format: Schema.Literal("ballast.submission/1"),
  launch: Schema.String,
  runs: Schema.Array(Schema.Struct({
    id: Schema.String,
    arm: Schema.String,
    seed: Schema.Int,
    answered: Known(Schema.String)
  }))
})

/** Nothing is there by this name. */
export class NotFound extends Schema.TaggedError<NotFound>()("NotFound", {
  format: Schema.Literal("ballast.error/1"),
  message: Schema.String
}, { httpApiStatus: 404 }) {
  static readonly of = (message: string): NotFound => new NotFound({ format: "ballast.error/1", message })
}

/** The record or the queue cannot be reached. */
export class Unavailable extends Schema.TaggedError<Unavailable>()("Unavailable", {
  format: Schema.Literal("ballast.error/1"),
  message: Schema.String
}, { httpApiStatus: 503 }) {
  static readonly of = (message: string): Unavailable => new Unavailable({ format: "ballast.error/1", message })
}

/** What is asked for cannot be done to this run. */
export class Refused extends Schema.TaggedError<Refused>()("Refused", {
  format: Schema.Literal("ballast.error/1"),
  message: Schema.String
}, { httpApiStatus: 409 }) {
  static readonly of = (message: string): Refused => new Refused({ format: "ballast.error/1", message })
}

/** Makes a document of values in which each number that JSON lacks is a string. */
export const plain = (document: unknown): Schema.Json => JSON.parse(EventLog.encode(document)) as Schema.Json

/**
 * The document of `ballast diff --json`, from which the terminal's lines and the Markdown are written, too. It can be
 * read where nobody knows who wrote it: everything in it has a limit.
 */
import * as Schema from "effect/Schema"
import * as RecipeDiff from "../../plan/RecipeDiff.ts"
import type * as ArmDiff from "./ArmDiff.ts"
import type { Objection } from "../policy/Objection.ts"
import * as DrawnCurve from "./DrawnCurve.ts"
import type * as ExperimentDiff from "./ExperimentDiff.ts"

/** A revision, as it was asked for and as the commit that it is; null for files as they lie in the folder. */
export interface Side {
  readonly ref: string | null
  readonly commit: string | null
}

export interface Compared {
  readonly base: Side
  readonly head: Side
  readonly experiments: ReadonlyArray<ExperimentDiff.ExperimentDiff>
  /** What else changed that decides how experiments run, such as a lock file, in a person's words. */
  readonly besides: ReadonlyArray<string>
  /** What the base's policy objects to; null where the base has none. */
  readonly policy: { readonly file: string; readonly objections: ReadonlyArray<Objection> } | null
}

/** Text of a pull request, which may be anything. */
export const Text = Schema.String.check(Schema.isMaxLength(1 << 18))

/** Lists things, and not endlessly. */
export const List = <S extends Schema.Top>(item: S) => Schema.Array(item).check(Schema.isMaxLength(10_000))

const Side = Schema.Struct({ ref: Schema.NullOr(Text), commit: Schema.NullOr(Text) })

const Said = Schema.Struct({ path: Text, before: Schema.NullOr(Text), after: Schema.NullOr(Text) })

const Field = Schema.Struct({
  path: Text,
  before: Schema.Unknown,
  after: Schema.Unknown,
  /** The change in one line, as an experiment writes it. */
  text: Text,
  restart: Schema.NullOr(Text)
})

const NodeChange = Schema.Struct({
  id: Text,
  status: Schema.Literals(["added", "removed", "changed"]),
  op: Text,
  attributes: List(Schema.Struct({ name: Text, before: Text, after: Text }))
})

const Figure = Schema.Struct({
  name: Schema.Literals(["parameters", "flops", "flopsPerStep", "memory", "steps", "seconds"]),
  before: Schema.NullOr(Schema.Number),
  after: Schema.NullOr(Schema.Number)
})

const Finding = Schema.Struct({
  rule: Text,
  severity: Schema.Literals(["error", "warning", "advice"]),
  path: Text,
  message: Text,
  accepted: Schema.optionalKey(Text)
})

const Drawn = Schema.Struct({
  rates: Schema.Array(Schema.Number).check(Schema.isMaxLength(256)),
  highest: Schema.Number,
  totalSteps: Schema.Int
})

const Arm = Schema.Struct({
  arm: Text,
  from: Schema.NullOr(Text),
  status: Schema.Literals(["added", "removed", "renamed", "changed", "unchanged"]),
  fields: List(Field),
  nodes: List(NodeChange),
  cost: List(Figure),
  findings: Schema.Struct({ came: List(Finding), went: List(Finding) }),
  /** The learning rate before and after, where it may have moved. */
  curve: Schema.NullOr(Schema.Struct({ before: Schema.NullOr(Drawn), after: Schema.NullOr(Drawn) }))
})

const Experiment = Schema.Struct({
  experiment: Text,
  file: Text,
  from: Schema.NullOr(Text),
  status: Schema.Literals(["added", "removed", "renamed", "changed", "unchanged", "refused"]),
  reason: Schema.NullOr(Text),
  said: List(Said),
  through: List(Text),
  arms: List(Arm)
})

const Policy = Schema.Struct({
  file: Text,
  objections: List(Schema.Struct({
    kind: Schema.Literals(["violation", "approval"]),
    experiment: Schema.NullOr(Text),
    arm: Schema.NullOr(Text),
    policy: Text,
    message: Text
  }))
})

export const DiffDocument = Schema.Struct({
  format: Schema.Literal("ballast.diff/1"),
  base: Side,
  head: Side,
  besides: List(Text),
  policy: Schema.NullOr(Policy),
  /** How many experiments are unchanged, listed or not. */
  unchanged: Schema.Int,
  experiments: List(Experiment)
})

export type DiffDocument = typeof DiffDocument.Type
export type Experiment = typeof Experiment.Type
export type Arm = typeof Arm.Type

/** Tells whether there is anything for a reviewer to look at. */
export const hasChanges = ({ besides, experiments }: Compared): boolean =>
  besides.length > 0 || experiments.some(({ status }) => status !== "unchanged")

const armOf = ({ arm, cost, curve, fields, findings, from, nodes, status }: ArmDiff.ArmDiff): Arm => ({
  arm,
  cost,
  fields: fields.map((field) => ({ ...field, text: RecipeDiff.say(field) })),
  findings,
  from,
  nodes,
  status,
  curve: curve === null ? null : { before: DrawnCurve.of(curve.before), after: DrawnCurve.of(curve.after) }
})

/** Makes the document; without `all` those that are unchanged are left out, arms and experiments alike. */
export const of = ({ base, besides, experiments, head, policy }: Compared, all: boolean): DiffDocument => ({
  format: "ballast.diff/1",
  base,
  head,
  besides,
  policy,
  unchanged: experiments.filter(({ status }) => status === "unchanged").length,
  experiments: experiments.filter(({ status }) => all || status !== "unchanged").map(({ arms, ...experiment }) => ({
    ...experiment,
    arms: arms.filter(({ status }) => all || status !== "unchanged").map(armOf)
  }))
})

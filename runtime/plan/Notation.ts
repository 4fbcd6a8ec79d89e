/**
 * Values as an experiment writes them, in one line: what a person could put into the source as it stands.
 */
import type * as Accumulate from "../../dsl/Accumulate.ts"
import type * as Checkpoint from "../../dsl/Checkpoint.ts"
import type * as Evaluate from "../../dsl/Evaluate.ts"
import type * as Expect from "../../dsl/Expect.ts"
import * as Feed from "../../dsl/Feed.ts"
import * as Host from "../../dsl/Host.ts"
import * as Recipe from "../../dsl/Recipe.ts"
import * as Trigger from "../../dsl/Trigger.ts"
import * as Literal from "./notation/Literal.ts"
import * as Policy from "./notation/Policy.ts"
import * as Retries from "./notation/Retries.ts"
import * as Subject from "./notation/Subject.ts"

const checkpoint = (value: Checkpoint.Checkpoint): string => {
  const { every, keep } = value
  if (every !== null) return Literal.call("Checkpoint.every", { ...every, keep }, { keep: null })
  return keep === null ? "Checkpoint.atEnd" : Literal.plain(value)
}

const evaluate = ({ every }: Evaluate.Evaluate): string =>
  every === null ? "Evaluate.atEnd" : `Evaluate.every(${Literal.plain(every)})`

const accumulate = ({ batches }: Accumulate.Accumulate): string =>
  batches === 1 ? "Accumulate.none" : `Accumulate.batches(${batches})`

const feed = (value: Feed.Feed): string =>
  Literal.same(value, Feed.whole) ? "Feed.whole" : Literal.call("Feed.make", value, Feed.whole)

const host = (value: Host.Host): string =>
  Literal.same(value, Host.any) ? "Host.any" : Literal.call("Host.make", value, Host.any)

const expectation = (value: Expect.Expect): string =>
  value._tag === "Compare"
    ? `Expect.${value.metric}(${Literal.plain(value.arm)}).${value.relation}(${Literal.plain(value.than)})`
    : `Expect.${Literal.camel(value._tag)}(${Literal.plain(value.arm)})`

const trigger = (value: Trigger.Trigger): string => {
  if (value._tag === "OnPullRequest") return "Trigger.pullRequest"
  const { cron, ...options } = value
  const otherwise = new Map(Object.entries(Trigger.cron(cron)))
  const said = Object.entries(options).filter(([name, option]) => option !== otherwise.get(name))
  return `Trigger.cron(${[cron, ...(said.length === 0 ? [] : [Object.fromEntries(said)])].map(Literal.plain).join(", ")})`
}

type Writer = (value: never) => string

/** What writes the tagged values of a field, wherever in it they stand. */
const tagged: Readonly<Record<string, Writer>> = {
  data: Subject.data,
  model: Subject.model,
  loss: Policy.loss,
  optimizer: Policy.optimizer,
  schedule: Policy.schedule,
  warmup: Policy.warmup,
  clip: Policy.clip,
  ema: Policy.ema,
  dropout: Policy.dropout,
  augment: Policy.augment,
  earlyStop: Policy.earlyStop,
  monitor: Policy.monitor,
  retry: Retries.decision,
  expect: expectation,
  triggers: trigger
}

/** What writes a field as a whole where no tag says what it is. */
const whole: Readonly<Record<string, Writer>> = {
  feed,
  accumulate,
  evaluate,
  checkpoint,
  retry: Retries.retry,
  host
}

const required: ReadonlyArray<string> = ["data", "model", "optimizer", "schedule", "batch", "length"]

const fields = Object.keys(Recipe.Recipe.fields) as ReadonlyArray<keyof Recipe.Recipe>

const recipe = (value: Recipe.Recipe): string => {
  const { batch, data, length, model, optimizer, schedule } = value
  const otherwise = Recipe.make({ batch, data, length, model, optimizer, schedule })
  const said = fields.filter((field) =>
    field !== "accepted" && (required.includes(field) || !Literal.same(value[field], otherwise[field]))
  )
  const made = `Recipe.make({ ${said.map((field) => `${field}: ${of(field, value[field])}`).join(", ")} })`
  return value.accepted.reduce(
    (made, { reason, rule }) => `Recipe.accept(${Literal.plain(rule)}, ${Literal.plain(reason)})(${made})`,
    made
  )
}

/**
 * Writes the value at a path of a recipe, such as `clip` or `retry.on.NonFinite`, or of an experiment's `expect` or
 * `triggers`; the empty path is the recipe itself. What is part of a constructor's options is written as plain data.
 * Throws a TypeError for a value that has no place there.
 */
export const of = (path: string, value: unknown): string => {
  if (path === "") return recipe(value as Recipe.Recipe)
  const [field = ""] = path.split(".")
  const write = whole[path]
  if (write !== undefined) return write(value as never)
  return Literal.of(value, (inner) => {
    const write = tagged[field]
    if (write === undefined) throw new TypeError(`no constructor makes a ${inner._tag} at ${path}`)
    return write(inner as never)
  })
}

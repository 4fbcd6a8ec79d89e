import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Quantity from "./Quantity.ts"
import * as Text from "./Text.ts"

const atNode = {
  step: Quantity.index,
  /** Every time that the step is computed, replays and later attempts included; otherwise once, in the first attempt. */
  always: Schema.Boolean,
  /** Null for a node in the middle of the network. */
  node: Schema.NullOr(Text.filled)
}

/** A fault that is brought about on purpose, to see what is made of it. */
export const Injection = Schema.Union([
  /** A node's output turns NaN. */
  Schema.TaggedStruct("Nan", atNode),
  /** The gradient at a node's output turns infinite. */
  Schema.TaggedStruct("InfGradient", atNode),
  /** Training image `index` holds numbers far beyond any picture's. */
  Schema.TaggedStruct("BadImage", { index: Quantity.index }),
  /** No memory is left at a step. */
  Schema.TaggedStruct("Oom", { step: Quantity.index }),
  /** The training process is killed before a step. */
  Schema.TaggedStruct("Kill", { step: Quantity.index }),
  /** The training process hangs before a step. */
  Schema.TaggedStruct("Stall", { step: Quantity.index }),
  /** The disk is full when checkpoint number `checkpoint` is written, counted from 1. */
  Schema.TaggedStruct("DiskFull", { checkpoint: Quantity.count })
])
export type Injection = typeof Injection.Type

const forms = "nan@STEP, nan@STEP!, nan@STEP:NODE, inf-gradient@STEP, bad-image@INDEX, oom@STEP, kill@STEP, stall@STEP "
  + "or disk-full@checkpoint:NUMBER"

const atNodePattern = /^(nan|inf-gradient)@(\d{1,9})(!?)(?::([^\s:]+))?$/
const plainPattern = /^(bad-image|oom|kill|stall|disk-full)@(checkpoint:)?(\d{1,9})$/

const plain = (name: string, number: number): Injection => {
  switch (name) {
    case "bad-image":
      return { _tag: "BadImage", index: number }
    case "oom":
      return { _tag: "Oom", step: number }
    case "kill":
      return { _tag: "Kill", step: number }
    case "stall":
      return { _tag: "Stall", step: number }
    default:
      return { _tag: "DiskFull", checkpoint: number }
  }
}

/** Reads an injection as it is typed, such as `nan@120` or `inf-gradient@120!:backbone.4`; fails with what was expected. */
export const parse = (text: string): Result.Result<Injection, string> => {
  const [, kind, step, always, node] = atNodePattern.exec(text) ?? []
  if (kind !== undefined) {
    const at = { step: Number(step), always: always === "!", node: node ?? null }
    return Result.succeed(kind === "nan" ? { _tag: "Nan", ...at } : { _tag: "InfGradient", ...at })
  }
  const [, name, checkpoint, number] = plainPattern.exec(text) ?? []
  const wellFormed = name !== undefined && (name === "disk-full") === (checkpoint !== undefined)
    && (name !== "disk-full" || Number(number) > 0)
  return wellFormed ? Result.succeed(plain(name, Number(number))) : Result.fail(`expected ${forms}, got "${text}"`)
}

/** Says an injection as it is typed. */
export const text = (injection: Injection): string => {
  switch (injection._tag) {
    case "Nan":
    case "InfGradient": {
      const { always, node, step } = injection
      return `${injection._tag === "Nan" ? "nan" : "inf-gradient"}@${step}${always ? "!" : ""}${node === null ? "" : `:${node}`}`
    }
    case "BadImage":
      return `bad-image@${injection.index}`
    case "DiskFull":
      return `disk-full@checkpoint:${injection.checkpoint}`
    default:
      return `${injection._tag.toLowerCase()}@${injection.step}`
  }
}

import * as Schema from "effect/Schema"

/** What the command's end tells other programs. */
export const code = {
  done: 0,
  /** The answer is no: invalid, an expectation failed. */
  no: 1,
  /** Wrong usage, or a file that does not load. */
  usage: 2,
  /** The environment lacks something. */
  environment: 3,
  /** A run ended failed, and nobody expected that. */
  failed: 4,
  /** A defect of Ballast's own. */
  defect: 70,
  interrupted: 130,
  terminated: 143
} as const

/** Ends the command with a code, after everything that there is to say was said. */
export class Ended extends Schema.TaggedError<Ended>()("Ended", { code: Schema.Int }) {}

/** The command line asks for something that is not there; `message` says what, and what there is. */
export class WrongUsage extends Schema.TaggedError<WrongUsage>()("WrongUsage", { message: Schema.String }) {}

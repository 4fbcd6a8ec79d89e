/**
 * What the process that evaluates answered, read as a stranger's word.
 */
import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Experiment from "../../dsl/Experiment.ts"
import type * as Issue from "../../dsl/Issue.ts"
import * as Policy from "../../dsl/Policy.ts"
import * as Bundle from "./Bundle.ts"
import type * as Confined from "./Confined.ts"
import type { Computed } from "./EvaluatorEntry.ts"
import type { Answer } from "./EvaluatorMain.ts"
import * as Refused from "./Refused.ts"

/** What the process was held to. */
export interface Held {
  readonly limits: Confined.Limits
  readonly milliseconds: number
  readonly memoryBytes: number
}

const Computed: Schema.Codec<Computed, unknown> = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("definition"), name: Schema.Unknown, definition: Schema.Unknown }),
  Schema.Struct({ kind: Schema.Literal("policy"), policy: Schema.Unknown }),
  Schema.Struct({ kind: Schema.Literal("refused"), message: Schema.String, stack: Schema.String })
])

const Answer: Schema.Codec<Answer, unknown> = Schema.Union([
  Schema.Struct({ kind: Schema.Literal("value"), text: Schema.String }),
  Schema.Struct({ kind: Schema.Literals(["late", "memory", "waiting", "large"]) }),
  Schema.Struct({ kind: Schema.Literal("thrown"), name: Schema.String, message: Schema.String, stack: Schema.String })
])

/** Refuses a key that would give an object another prototype somewhere on its way. */
const parse = (text: string): unknown =>
  JSON.parse(text, (key, value: unknown) => {
    if (key === "__proto__") throw new SyntaxError("__proto__ is no key")
    return value
  })

/** Reads text as what a schema says and nothing else; null where it is anything else. */
const decode = <A>(schema: Schema.Codec<A, unknown>, text: string): A | null => {
  try {
    return Result.getOrElse(
      Schema.decodeUnknownResult(schema)(parse(text), { onExcessProperty: "error" }),
      () => null
    )
  } catch {
    return null
  }
}

const late = (limit: number): string => `evaluation took longer than ${limit} ms`

const mebibytes = (bytes: number): string => `${bytes >> 20} MiB`

/** Says why the process gave no answer. */
const endedEarly = ({ breach, code, complaint, signal }: Confined.Ended, limits: Confined.Limits): string => {
  switch (breach) {
    case "time":
      return `evaluation took longer than ${limits.milliseconds} ms, or than ${limits.seconds} s of the processor`
    case "result":
      return `its definition is larger than ${mebibytes(limits.resultBytes)}`
    case "printed":
      return `it prints more than ${mebibytes(limits.printedBytes)}`
    case "start":
      return `the process that evaluates it does not start: ${complaint}`
    case null:
      return `the process that evaluates it ended without an answer, with ${signal ?? `code ${code}`}`
  }
}

/** What programs have elsewhere, of which QuickJS says that it is not defined. */
const absent = new RegExp(
  "^'?(process|require|module|exports|__dirname|__filename|global|Buffer|fetch|WebSocket|XMLHttpRequest|Worker|Deno|Bun"
    + "|Atomics|WebAssembly|Intl|performance|crypto|structuredClone|navigator|window|document)'? is not defined$"
)

const wordsOf = ({ message, name }: Extract<Answer, { readonly kind: "thrown" }>): string => {
  const [, missing] = absent.exec(message) ?? []
  if (missing !== undefined) return `${missing} is not available while it is evaluated`
  if (message === "") return "it throws an error that says nothing"
  return name === "" || name === "Error" || name === "TypeError" ? message : `${name}: ${message}`
}

const mostPlaces = 50

/** Reads the places of an error's stack in the bundle, the innermost first. */
const placesIn = (stack: string): ReadonlyArray<{ readonly line: number; readonly column: number }> =>
  [...stack.matchAll(/\bexperiment:(\d{1,9}):(\d{1,9})/g)].slice(0, mostPlaces).map(([, line, column]) => ({
    line: Number(line),
    column: Number(column)
  }))

/** Finds the line of the checkout that an error comes from, or else its experiment's file. */
const placeOf = (subject: Bundle.Subject, stack: string): Effect.Effect<string> => {
  const places = placesIn(stack)
  return places.length === 0
    ? Effect.succeed(subject.file)
    : Effect.map(Bundle.placeOf(subject, places), (place) => place ?? subject.file)
}

const invalid = (file: string, issues: Refused.Refused["issues"]): Refused.Refused => {
  const [first, ...others] = issues.map(({ message, path }) => path === "" ? message : `${path}: ${message}`)
  const more = others.length === 0 ? "" : `, and ${others.length} more`
  return Refused.of(file, "definition", `${first}${more}`, issues)
}

/** What was computed as it was asked for; null where it is something else. */
type Read<A> = (computed: Computed) => Result.Result<A, ReadonlyArray<Issue.Issue>> | null

const resolve = Effect.fn("EvaluatorAnswer.resolve")(function*<A>(subject: Bundle.Subject, text: string, read: Read<A>) {
  const { exports = "experiment", file } = subject
  const computed = decode(Computed, text)
  if (computed?.kind === "refused") {
    return yield* Refused.of(yield* placeOf(subject, computed.stack), "definition", computed.message)
  }
  const decoded = computed === null ? null : read(computed)
  if (decoded === null) return yield* Refused.of(file, "definition", `what it exports is no ${exports}`)
  return yield* Effect.fromResult(Result.mapError(decoded, (issues) => invalid(file, issues)))
})

const answerOf = Effect.fn("EvaluatorAnswer.answerOf")(function*<A>(
  subject: Bundle.Subject,
  ended: Confined.Ended,
  held: Held,
  read: Read<A>
) {
  const { file } = subject
  const refuse = (said: string) => Refused.of(file, "evaluation", said)
  if (ended.breach === "start") return yield* Refused.of(file, "host", endedEarly(ended, held.limits))
  if (ended.breach !== null || ended.result === "") return yield* refuse(endedEarly(ended, held.limits))
  const answer = decode(Answer, ended.result)
  if (answer === null) return yield* refuse("the process that evaluates it answered what it never would")
  switch (answer.kind) {
    case "value":
      return yield* resolve(subject, answer.text, read)
    case "late":
      return yield* refuse(late(held.milliseconds))
    case "memory":
      return yield* refuse(`evaluation needs more than ${mebibytes(held.memoryBytes)} of memory`)
    case "waiting":
      return yield* refuse("its definition waits for something that never happens")
    case "large":
      return yield* refuse(`its definition is larger than ${mebibytes(held.limits.resultBytes)}`)
    case "thrown":
      return yield* Refused.of(yield* placeOf(subject, answer.stack), "evaluation", wordsOf(answer))
  }
})

/** Reads the definition that the process answered with. Fails with Refused where there is none, or where it is wrong. */
export const read = (subject: Bundle.Subject, ended: Confined.Ended, held: Held) =>
  answerOf(subject, ended, held, (computed) =>
    // The name may be of any type, and is checked like everything else.
    computed.kind === "definition" ? Experiment.decode(computed.name as string, computed.definition) : null)

/** Reads the policy that the process answered with. Fails with Refused where there is none, or where it is wrong. */
export const readPolicy = (subject: Bundle.Subject, ended: Confined.Ended, held: Held) =>
  answerOf(subject, ended, held, (computed) => computed.kind === "policy" ? Policy.decode(computed.policy) : null)

/**
 * What log lines and spans are about: fields on every line and every span of an effect, without a word in between.
 */
import * as Effect from "effect/Effect"
import type { AttemptRecord } from "../AttemptRecord.ts"
import type { Job } from "../Job.ts"

/** Every field. In a span its name begins with `ballast.`. */
export const fields = [
  "worker",
  "launch",
  "experiment",
  "run",
  "arm",
  "seed",
  "attempt",
  "engine",
  "step",
  "status",
  "fault"
] as const

type Subject = { readonly [Field in typeof fields[number]]?: string | number }

const inSpan = (subject: Subject): Record<string, string | number> =>
  Object.fromEntries(Object.entries(subject).map(([field, value]) => [`ballast.${field}`, value]))

/** Says on every line and every span of an effect what they are about. */
const about = (subject: Subject) => <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  effect.pipe(Effect.annotateLogs(subject), Effect.annotateSpans(inSpan(subject)))

/** Says whose work it is. */
export const worker = (name: string) => about({ worker: name })

/** Says which launch an effect is about. */
export const launch = (id: string, experiment: string) => about({ launch: id, experiment })

/** Says which run an effect is about. */
export const run = ({ arm, experiment, id, seed }: Pick<Job, "id" | "arm" | "seed" | "experiment">) =>
  about({ experiment, run: id, arm, seed })

/** Says which attempt an effect makes. */
export const attempt = (number: number, engine: string, from: number) => about({ attempt: number, engine, step: from })

/** Says which attempt an effect decides about, and the fault that has ended it. */
export const failed = (number: number, fault: string) => about({ attempt: number, fault })

/** Says on the present span how its attempt ended. A fault is a result, so that the span itself counts as good. */
export const ended = ({ result: { fault, status } }: Pick<AttemptRecord, "result">): Effect.Effect<void> =>
  Effect.annotateCurrentSpan(inSpan({ status, ...(fault === null ? {} : { fault: fault.tag }) }))

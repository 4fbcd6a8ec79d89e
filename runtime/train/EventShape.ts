/**
 * What an event looks like: a log is read where nobody knows what has written to it since.
 */
import type { Part } from "../step/Parts.ts"
import type { Event, StatusEvent } from "./Event.ts"

type Check = (value: unknown) => boolean

const number: Check = (value) => typeof value === "number"
const whole: Check = (value) => Number.isSafeInteger(value)
const text: Check = (value) => typeof value === "string"
const flag: Check = (value) => typeof value === "boolean"

const orNull = (check: Check): Check => (value) => value === null || check(value)

const oneOf = <Name extends string>(names: Readonly<Record<Name, true>>): Check => (value) => typeof value === "string" && Object.hasOwn(names, value)

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null && !Array.isArray(value)

const having = (checks: Readonly<Record<string, Check>>): Check => {
  const each = Object.entries(checks)
  return (value) => isObject(value) && each.every(([name, check]) => check(Reflect.get(value, name)))
}

const each = (name: Check, check: Check): Check => (value) =>
  isObject(value) && Object.entries(value).every(([key, item]) => name(key) && check(item))

const list = (check: Check): Check => (value) => Array.isArray(value) && value.every(check)

const part = oneOf<Part>({ box: true, class: true, dfl: true })
const sections = having({ total: number, sections: each(text, number) })
const spike = orNull(having({ value: number, median: number, deviations: number }))
const status = oneOf<StatusEvent["status"]>({
  starting: true,
  compiling: true,
  training: true,
  evaluating: true,
  succeeded: true,
  failed: true,
  interrupted: true
})

const origin = { run: text, attempt: whole, step: whole, at: (value: unknown) => value === undefined || number(value) }

const kinds: Readonly<Record<Event["kind"], Check>> = {
  step: having({
    ...origin,
    totalSteps: whole,
    loss: number,
    parts: each(part, number),
    learningRate: number,
    momentum: number,
    gradNorm: number,
    clipBound: number,
    clipped: flag,
    finite: flag,
    lossScale: number,
    imagesPerSecond: number
  }),
  eval: having({ ...origin, map: orNull(number), map50: orNull(number), accuracy: orNull(number) }),
  monitor: having({
    ...origin,
    parts: each(part, sections),
    whole: sections,
    histograms: orNull(each(text, having({ lowest: number, counts: list(number) })))
  }),
  spike: having({ ...origin, loss: spike, gradNorm: spike }),
  incident: having({ ...origin, directory: text, tag: text, message: text }),
  trial: having({ ...origin, change: text, cured: orNull(flag) }),
  checkpoint: having({ ...origin, directory: text }),
  status: having({ ...origin, status, detail: orNull(text) })
}

/** Tells whether what was read is an event as a training writes it. */
export const isEvent = (value: unknown): value is Event =>
  isObject(value) && "kind" in value && typeof value.kind === "string" && Object.hasOwn(kinds, value.kind)
  && kinds[value.kind as Event["kind"]](value)

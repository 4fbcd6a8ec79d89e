/**
 * A process that computes, watched from outside: its signs of life, its time, its memory; and who is to blame for its end.
 */
import * as Fault from "../../dsl/Fault.ts"
import * as Host from "../../dsl/Host.ts"
import * as Duration from "../../dsl/Duration.ts"
import type { ProcessExit } from "./Result.ts"

/** How long it may be silent, how long it may take, and how much memory it may hold; null without a limit. */
export interface Limits {
  readonly silence: Duration.Duration
  readonly time: Duration.Duration | null
  readonly memory: string | null
}

/** The limits of work that no recipe speaks of. */
export const usual: Limits = { silence: Host.any.silence, time: null, memory: null }

/** The limit that a process went beyond. */
export type Breach = { readonly limit: keyof Limits; readonly allowed: string }

/** How often it is looked after. */
export const period = 1000
/** Little is heard until an engine has compiled its first step, which cannot be told from hanging. */
const leastBefore = Duration.seconds(Host.any.silence)

export interface Watch {
  /** Hears a sign of life. */
  readonly heard: () => void
  /** Learns that it has taken a step: from here on it is to be heard of. */
  readonly underWay: () => void
  /** Looks after `milliseconds`, at the most memory that it held so far, null where that is not to count. */
  readonly look: (milliseconds: number, memory: number | null) => Breach | null
}

/** Begins to watch. A host that slept between two looks counts as one that watched for one period. */
export const watch = (limits: Limits): Watch => {
  let silent = 0
  let taken = 0
  let least = leastBefore
  return {
    heard: () => {
      silent = 0
    },
    underWay: () => {
      least = 0
    },
    look: (milliseconds, memory) => {
      const seconds = Math.min(milliseconds, 2 * period) / 1000
      silent += seconds
      taken += seconds
      if (silent > Math.max(least, Duration.seconds(limits.silence))) {
        return { limit: "silence", allowed: limits.silence }
      }
      if (limits.memory !== null && memory !== null && memory > Host.bytes(limits.memory)) {
        return { limit: "memory", allowed: limits.memory }
      }
      return limits.time !== null && taken > Duration.seconds(limits.time) ? { limit: "time", allowed: limits.time } : null
    }
  }
}

/** How a process ended without an answer, and what is known of the way there. */
export interface Ending {
  readonly exit: ProcessExit
  /** Why it was ended from here; null where it was not. */
  readonly breach: Breach | null
  /** The step that it was at; null for other work. */
  readonly step: number | null
  /** The most memory that it held, in bytes; null where the host does not tell. */
  readonly memory: number | null
  /** Whether the system ended a process just before because memory ran out. */
  readonly outOfMemory: boolean
  /** The last lines that it wrote. */
  readonly words: string
}

const bytesPerGib = 2 ** 30

const gib = (bytes: number): string => `${(bytes / bytesPerGib).toFixed(1)} GiB`

const at = (step: number | null): string => step === null ? "" : ` at step ${step}`

const quoted = (words: string): string => words === "" ? "" : `; its last words:\n${words}`

/** What libraries say before they end a process that can have no more memory. */
const wordsOfNeed = /heap out of memory|bad_alloc|\bOOM\b|RESOURCE_EXHAUSTED|Cannot allocate memory/i

/** Says how a process went beyond a limit. */
export const breached = (breach: Breach, step: number | null, memory: number | null): Fault.Timeout | Fault.OutOfMemory => {
  const { allowed, limit } = breach
  switch (limit) {
    case "silence":
      return new Fault.Timeout({
        message: `no sign of life for ${allowed}${at(step)}: the process was taken to hang (host.silence) and ended`
      })
    case "time":
      return new Fault.Timeout({ message: `the attempt took longer than ${allowed} (host.time) and was ended${at(step)}` })
    case "memory":
      return new Fault.OutOfMemory({
        step,
        message: `the process held ${memory === null ? "more" : gib(memory)}${at(step)}, and ${allowed} is what it may take `
          + "(host.memory)"
      })
  }
}

/** The signals by which a system or a person asks a process to end. */
const requests: ReadonlySet<string> = new Set(["SIGTERM", "SIGINT", "SIGHUP"])

/** Says that somebody else asked the process to end. */
export const preempted = (signal: string, step: number | null): Fault.Preempted =>
  new Fault.Preempted({
    message: `somebody else than Ballast asked the process to end (${signal})${at(step)}, `
      + "as a host does that takes a machine away"
  })

/** Finds the fault that ended a process before it gave an answer. */
export const blame = ({ breach, exit, memory, outOfMemory, step, words }: Ending): Fault.Fault => {
  if (breach !== null) return breached(breach, step, memory)
  const { code, signal } = exit
  if (signal !== null && requests.has(signal)) return preempted(signal, step)
  if (signal === "SIGKILL" && outOfMemory) {
    return new Fault.OutOfMemory({
      step,
      message: `the host ran out of memory${at(step)} and the system ended the process`
        + (memory === null ? "" : `, which held ${gib(memory)}`)
    })
  }
  if (signal !== "SIGKILL" && wordsOfNeed.test(words)) {
    return new Fault.OutOfMemory({ step, message: `no memory was left${at(step)}${quoted(words)}` })
  }
  const how = signal === null ? `with code ${code}` : `by ${signal}`
  return new Fault.WorkerLost({
    exitCode: code,
    signal,
    // One that is killed is not asked for last words.
    message: `the engine's process ended ${how}${at(step)} before it was done${signal === "SIGKILL" ? "" : quoted(words)}`
  })
}

/**
 * Whether a recipe asks more of the machine that trains it than before.
 */
import * as Duration from "../../../dsl/Duration.ts"
import * as Host from "../../../dsl/Host.ts"

const device = (before: Host.Host, after: Host.Host): ReadonlyArray<string> => {
  if (after.device === "gpu" && before.device !== "gpu") return ["demands a GPU"]
  return after.device === "any" && before.device === "cpu" ? ["may take a GPU, and was held to the CPU"] : []
}

const memory = (before: Host.Host, after: Host.Host): ReadonlyArray<string> => {
  if (after.memory === null) return []
  if (before.memory === null) return [`demands ${after.memory} of memory`]
  return Host.bytes(after.memory) > Host.bytes(before.memory)
    ? [`demands ${after.memory} of memory, and demanded ${before.memory}`]
    : []
}

const time = (before: Host.Host, after: Host.Host): ReadonlyArray<string> => {
  if (before.time === null) return []
  if (after.time === null) return [`may take any time, and had ${before.time}`]
  return Duration.seconds(after.time) > Duration.seconds(before.time)
    ? [`may take ${after.time} an attempt, and had ${before.time}`]
    : []
}

const silence = (before: Host.Host, after: Host.Host): ReadonlyArray<string> =>
  Duration.seconds(after.silence) > Duration.seconds(before.silence)
    ? [`may show no sign of life for ${after.silence}, and had ${before.silence}`]
    : []

const labels = (before: Host.Host, after: Host.Host): ReadonlyArray<string> =>
  Object.entries(after.labels)
    .filter(([name, value]) => before.labels[name] !== value)
    .map(([name, value]) => `demands a worker with ${name}: ${value}`)

const limits = (before: Host.Host, after: Host.Host): ReadonlyArray<string> =>
  Object.entries(before.limits).flatMap(([name, most]) => {
    const now = after.limits[name]
    if (now === undefined) return [`is no more held to the limit ${name}: ${most}`]
    return now > most ? [`has ${name}: ${now} for a limit, and had ${most}`] : []
  })

/** Says what more a host is asked for, or may be used for; empty where it is no more. */
export const more = (before: Host.Host, after: Host.Host): ReadonlyArray<string> =>
  [device, memory, time, silence, labels, limits].flatMap((part) => part(before, after))

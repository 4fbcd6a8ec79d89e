/**
 * What a waiting run demands of the worker that takes it, and what a worker offers.
 */
import * as Host from "../../../dsl/Host.ts"
import type * as Recipe from "../../../dsl/Recipe.ts"
import type { Choice, Name } from "../../engine/Engines.ts"
import * as Canonical from "../../plan/Canonical.ts"

/** Equal demands are one: runs wait in a line of their own for each. */
export interface Demand {
  /** The version of Ballast that has planned it. */
  readonly ballast: string
  readonly engine: Choice
  readonly device: Host.Host["device"]
  /** In bytes; null for whatever is there. */
  readonly memory: number | null
  readonly labels: Readonly<Record<string, string>>
  readonly limits: Readonly<Record<string, number>>
  /** The name of a data set that lies on some hosts alone; null for images that any host has. */
  readonly data: string | null
}

/** An engine that works on a worker's host, and the memory that it computes in, in bytes; null where nobody knows. */
export interface Offered {
  readonly engine: Name
  readonly device: "cpu" | "gpu"
  readonly memory: number | null
}

export interface Offer {
  readonly ballast: string
  /** The first is what `auto` takes. */
  readonly engines: ReadonlyArray<Offered>
  readonly labels: Readonly<Record<string, string>>
  /** The data sets that are found on its host. */
  readonly data: ReadonlyArray<string>
}

/** Finds what a recipe demands. */
export const of = (
  { data, host }: Recipe.Recipe,
  { ballast, engine }: Pick<Demand, "ballast" | "engine">
): Demand => ({
  ballast,
  engine,
  device: host.device,
  memory: host.memory === null ? null : Host.bytes(host.memory),
  labels: host.labels,
  limits: host.limits,
  data: data._tag === "Shapes" ? null : data.name
})

/** Names a demand: equal ones alike. */
export const id = (demand: Demand): string => Canonical.hash(demand).slice(0, idLength)

const idLength = 24

const bytesPerGib = 2 ** 30

/** Names an amount in tenths, rounded so that what does not suffice is not named like what does. */
const gib = (bytes: number, round: (tenths: number) => number): string => `${(round(bytes / bytesPerGib * 10) / 10).toFixed(1)} GiB`

const computing = ({ device, memory }: Demand, engine: Offered): string | null =>
  device !== "any" && device !== engine.device
    ? `a ${device}, and ${engine.engine} computes on a ${engine.device} here`
    : memory !== null && (engine.memory ?? 0) < memory
    ? `${gib(memory, Math.ceil)} of memory, and ${
      engine.memory === null ? "how much the device has is not known" : `there are ${gib(engine.memory, Math.floor)}`
    }`
    : null

/** Says what the engine lacks that a worker would compute a demanding run with; null where it lacks nothing. */
const computingWith = (demand: Demand, { engines }: Offer): string | null => {
  const found = engines.find(({ engine }) => demand.engine === "auto" || demand.engine === engine)
  if (found !== undefined) return computing(demand, found)
  return demand.engine === "auto" ? "an engine, and none works here" : `the engine ${demand.engine}, which does not work here`
}

/** Says what a demand lacks in an offer, as the end of "it demands"; null where it is met. */
export const lacking = (demand: Demand, offer: Offer): string | null => {
  if (demand.ballast !== offer.ballast) return `Ballast ${demand.ballast}, and this is ${offer.ballast}`
  for (const [name, value] of Object.entries(demand.labels)) {
    const there = offer.labels[name]
    if (there !== value) return `the label ${name}=${value}, and ${there === undefined ? "there is none" : `here it is ${there}`}`
  }
  if (demand.data !== null && !offer.data.includes(demand.data)) {
    return `the data set "${demand.data}", which is not found here (--data ${demand.data}=PATH)`
  }
  return computingWith(demand, offer)
}

/** Tells whether one more run with these limits may run beside those that do, counted by the names of their limits. */
export const allows = ({ limits }: Demand, running: ReadonlyMap<string, number>): boolean =>
  Object.entries(limits).every(([name, most]) => (running.get(name) ?? 0) < most)

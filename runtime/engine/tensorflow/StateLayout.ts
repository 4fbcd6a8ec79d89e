/**
 * The variables of a session: what each holds, and how it is laid out.
 */
import * as Moments from "../../optim/Moments.ts"
import type { Configuration } from "../../step/Configuration.ts"
import * as Parts from "../../step/Parts.ts"
import * as FlatGroup from "./FlatGroup.ts"

/** What a variable holds: a part of the state, or what the batches of a step have come to so far. */
export type Holds = "values" | Moments.Slot | "average" | "sum" | "pending"

export interface Variable {
  readonly name: string
  readonly group: FlatGroup.FlatGroup
  readonly holds: Holds
}

export interface StateLayout {
  /** The groups of parameters, as the update treats them. */
  readonly groups: ReadonlyArray<FlatGroup.FlatGroup>
  readonly buffers: FlatGroup.FlatGroup
  /** Loss and parts, summed over the batches of a step. */
  readonly losses: FlatGroup.FlatGroup
  /** Every variable of the session. */
  readonly variables: ReadonlyArray<Variable>
}

/** Names the variable that holds something of a group. */
export const nameOf = (group: FlatGroup.FlatGroup, holds: Holds): string =>
  holds === "values" ? group.name : `${group.name}/${holds}`

/** Lays out the state of a configuration. Sums and pending statistics are there only where a step has several batches. */
export const make = ({ accumulate, ema, graph, loss, optimizer }: Configuration): StateLayout => {
  const groups = (["weights", "norms", "biases"] as const)
    .map((group) => FlatGroup.ofParameters(graph, group))
    .filter(({ slots }) => slots.length > 0)
  const buffers = FlatGroup.ofBuffers(graph)
  const losses = FlatGroup.ofValues("losses", 1 + Parts.of(loss).length)
  const all = [...groups, buffers]
  const holding = (of: ReadonlyArray<FlatGroup.FlatGroup>, holds: Holds): ReadonlyArray<Variable> =>
    of.map((group) => ({ name: nameOf(group, holds), group, holds }))
  return {
    groups,
    buffers,
    losses,
    variables: [
      ...holding(all, "values"),
      ...Moments.slots(optimizer).flatMap((slot) => holding(groups, slot)),
      ...(ema ? holding(all, "average") : []),
      ...(accumulate > 1 ? [...holding([...groups, losses], "sum"), ...holding([buffers], "pending")] : [])
    ]
  }
}

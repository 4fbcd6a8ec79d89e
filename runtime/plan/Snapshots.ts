import type * as Recipe from "../../dsl/Recipe.ts"
import type { Cost } from "../graph/Cost.ts"
import * as Moments from "../optim/Moments.ts"
import * as Ring from "../optim/Ring.ts"

const bytesPerFloat = 4

/** The copies of a training's state that are kept in the host's memory, to go back to after a fault. */
export interface Snapshots {
  readonly copies: number
  readonly bytes: number
}

/** Finds how many copies of its state a training keeps, and their bytes. */
export const of = ({ memory, parameters }: Cost, { optimizer }: Pick<Recipe.Recipe, "optimizer">): Snapshots => {
  const state = memory.weights + parameters * Moments.slots(optimizer).length * bytesPerFloat
  return { copies: Ring.copies(state), bytes: Ring.bytes(state) }
}

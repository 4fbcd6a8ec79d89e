import type * as Ema from "../../dsl/Ema.ts"

/** Finds the decay of an update, counted from 1: `decay * (1 - exp(-update / tau))`; 0 where averaging is off. */
export const decayAt = (ema: Ema.Ema, update: number): number =>
  ema._tag === "Off" ? 0 : ema.decay * (1 - Math.exp(-update / ema.tau))

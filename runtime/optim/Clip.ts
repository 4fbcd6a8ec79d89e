import type * as Clip from "../../dsl/Clip.ts"

/** Keeps the division finite where the norm is 0, as PyTorch's clip_grad_norm_ does. */
export const clipEpsilon = 1e-6

/** Finds the bound that a policy sets on the global norm: Infinity where clipping is off. */
export const bound = (clip: Clip.Clip): number => clip._tag === "Off" ? Infinity : clip.maxNorm

/** Computes the factor that all gradients are multiplied with: min(1, bound / (norm + 1e-6)). */
export const coefficient = (norm: number, bound: number): number => Math.min(1, bound / (norm + clipEpsilon))

/** Tells whether a finite norm is scaled down. */
export const clips = (norm: number, bound: number): boolean => norm + clipEpsilon > bound

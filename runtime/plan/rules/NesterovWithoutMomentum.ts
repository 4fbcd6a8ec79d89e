import type { Rule } from "./Rule.ts"

/** Warns of a look ahead along a momentum that is not there. */
export const nesterovWithoutMomentum: Rule = {
  id: "optimizer/nesterov-without-momentum",
  path: "optimizer.nesterov",
  severity: "warning",
  reason: "Nesterov looks ahead along the momentum, and without one it changes nothing",
  source: "PyTorch refuses this pair",
  remedy: "set `momentum: 0.937`, or leave `nesterov` out",
  check: ({ recipe: { optimizer } }) =>
    optimizer._tag === "Sgd" && optimizer.nesterov && optimizer.momentum === 0
      ? "SGD with Nesterov and a momentum of 0"
      : null
}

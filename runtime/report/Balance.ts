/**
 * How hard the box loss pulls against the class loss.
 */
import type { MonitorEvent } from "../train/Event.ts"
import * as Figure from "./Figure.ts"
import * as Line from "./Line.ts"

/** The norms of the two losses' gradients, over the whole net or over a section of it. */
export interface Balance {
  readonly box: number
  readonly class: number
}

/** From this ratio on what both losses teach follows one of them alone. */
export const most = 10

/** Finds the balance over a section, or over the whole net; null where the loss does not have both parts. */
export const of = ({ parts }: Pick<MonitorEvent, "parts">, section: string | null = null): Balance | null => {
  if (parts.box === undefined || parts.class === undefined) return null
  return section === null
    ? { box: parts.box.total, class: parts.class.total }
    : { box: parts.box.sections[section] ?? 0, class: parts.class.sections[section] ?? 0 }
}

/** Divides the box loss's norm by the class loss's: NaN where neither pulls. */
export const ratio = (balance: Balance): number => balance.box / balance.class

/** Tells whether both losses pull, and one more than ten times as hard as the other. */
export const isLopsided = (balance: Balance): boolean => {
  const factor = factorOf(balance)
  return Number.isFinite(factor) && factor > most
}

/** Divides the larger norm by the smaller one. */
export const factorOf = (balance: Balance): number =>
  Math.max(balance.box, balance.class) / Math.min(balance.box, balance.class)

/** Writes a factor with 3 significant digits. */
export const factor = (value: number): string => value < 1000 ? Figure.rate(value) : Figure.measured(value)

/** Writes a balance as a ratio, `12 : 1` or `1 : 3.4`, and `-` where neither pulls. */
export const text = (balance: Balance): string => {
  if (!Number.isFinite(balance.box) || !Number.isFinite(balance.class)) return "not finite"
  if (balance.box === 0) return balance.class === 0 ? "-" : "class alone"
  if (balance.class === 0) return "box alone"
  return balance.box >= balance.class ? `${factor(ratio(balance))} : 1` : `1 : ${factor(1 / ratio(balance))}`
}

/** Writes a balance in the tone that it deserves. */
export const span = (balance: Balance): Line.Span => {
  const finite = Number.isFinite(balance.box) && Number.isFinite(balance.class)
  return Line.span(text(balance), finite ? isLopsided(balance) ? "doubtful" : "plain" : "bad")
}

/**
 * Numbers as people read them.
 */

const digits = 4

const trimmed = (text: string): string => text.includes(".") ? text.replace(/\.?0+$/, "") : text

const withExponent = (value: number): string => {
  const [mantissa = "", exponent = ""] = value.toExponential(digits - 1).split("e")
  return `${trimmed(mantissa)}e${exponent.replace("+", "")}`
}

/**
 * Writes a measured number with 4 significant digits: `2.100`, `0.0123`, `1.2e-5`. Numbers beyond 0.001 to 99999 take
 * an exponent, without needless zeros.
 */
export const measured = (value: number): string => {
  if (Number.isNaN(value)) return "NaN"
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf"
  const size = Math.abs(value)
  if (size === 0) return "0"
  if (size < 1e-3 || size >= 99_999.5) return withExponent(value)
  return size >= 999.95 ? String(Math.round(value)) : value.toPrecision(digits)
}

/** Writes a number that somebody chose, so without trailing zeros: `0.1`, `1.2e-5`, `150`. */
export const chosen = (value: number): string => {
  const text = measured(value)
  return text.includes("e") ? text : trimmed(text)
}

/** Writes a number a second with 3 significant digits: `0.52`, `7.41`, `118`, `5230`. */
export const rate = (value: number): string => {
  if (!Number.isFinite(value) || value === 0) return measured(value)
  return Math.abs(value) >= 99.95 ? String(Math.round(value)) : trimmed(value.toPrecision(3))
}

/**
 * Writes an average precision or recall, from 0 to 1, with 3 decimals; `-` where COCO's -1 says that there was nothing
 * to find.
 */
export const precision = (value: number): string => {
  if (!Number.isFinite(value)) return measured(value)
  return value < 0 ? "-" : value.toFixed(3)
}

/** Writes a share of 1 in percent; only none is `0%` and only all is `100%`. */
export const percent = (share: number): string => {
  if (!Number.isFinite(share)) return measured(share)
  if (share > 0 && share < 0.01) return "<1%"
  if (share > 0.99 && share < 1) return ">99%"
  return `${Math.round(share * 100)}%`
}

/** Writes a duration in seconds: `0.4 s`, `41 s`, `2 min 05 s`, `3 h 12 min`. */
export const duration = (seconds: number): string => {
  if (!Number.isFinite(seconds)) return measured(seconds)
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`
  const minutes = Math.round(seconds / 60)
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** Writes a moment, in milliseconds since 1970, in a time zone, by default the host's: `2026-03-09 14:05`. */
export const moment = (milliseconds: number, timeZone?: string): string => {
  const format = new Intl.DateTimeFormat("en-GB", {
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    ...(timeZone === undefined ? {} : { timeZone })
  })
  const parts = new Map(format.formatToParts(milliseconds).map(({ type, value }) => [type, value]))
  return `${parts.get("year")}-${parts.get("month")}-${parts.get("day")} ${parts.get("hour")}:${parts.get("minute")}`
}

/** Writes a moment, in milliseconds since 1970, as `moment` does, with the time zone's name: `2026-03-09 14:05 CET`. */
export const zoned = (milliseconds: number, timeZone?: string): string => {
  const format = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short", ...(timeZone === undefined ? {} : { timeZone }) })
  const zone = format.formatToParts(milliseconds).find(({ type }) => type === "timeZoneName")
  return `${moment(milliseconds, timeZone)} ${zone?.value ?? ""}`.trimEnd()
}

const prefixes = ["", "k", "M", "G", "T", "P"] as const

const scaled = (value: number, significant: number): readonly [text: string, prefix: string] => {
  let scaled = value
  let power = 0
  while (Number(Math.abs(scaled).toPrecision(significant)) >= 1000 && power < prefixes.length - 1) {
    scaled /= 1000
    power++
  }
  return [power === 0 ? String(scaled) : scaled.toPrecision(significant), prefixes[power] ?? ""]
}

/** Writes a count with a decimal prefix: `3.157 M`. */
export const count = (value: number): string => scaled(value, digits).join(" ").trimEnd()

/** Writes a quantity of a unit with a decimal prefix: `8.70 GFLOPs`, `12.6 MB`. */
export const quantity = (value: number, unit: string): string => {
  const [text, prefix] = scaled(value, 3)
  return `${text} ${prefix}${unit}`
}

/** Writes a number with its noun: `1 step`, `150 steps`. */
export const plural = (value: number, noun: string): string => `${value} ${noun}${value === 1 ? "" : "s"}`

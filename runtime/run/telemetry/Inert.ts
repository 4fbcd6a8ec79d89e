// Line breaks, escapes and the marks that reorder text would let a name look like a line of its own, or steer a terminal.
const active = /[\p{Control}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]|\p{Surrogate}/gu

/** Writes what would break a line or steer a terminal as `\uXXXX`, which JSON reads as the same text. */
export const inert = (text: string): string =>
  text.replace(active, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

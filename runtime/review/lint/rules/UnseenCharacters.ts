import type { Rule } from "../Rule.ts"

/** Marks of direction, controls, ends of lines that no editor shows as such, and blanks without width. */
const unseen =
  /(?:(?![\t\n\r])\p{Control}|[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u2069\ufeff\u{e0000}-\u{e007f}])+/gu

const named = (characters: string): string =>
  [...new Set(characters)].map((one) => `U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`).join(", ")

/** Refuses characters that a reviewer does not see. */
export const unseenCharacters: Rule = {
  id: "source/unseen-characters",
  severity: "error",
  what: "characters that are not seen, or turn round the order in which text is shown",
  why: "a reviewer reads something else than what runs",
  wayOut: "take them out, or write them as escapes: `\\u200b`",
  check: ({ text }) =>
    Array.from(text.text.matchAll(unseen), ({ 0: characters, index }) => ({
      at: { start: index, end: index + characters.length },
      message: `here stands ${named(characters)}`
    }))
}
